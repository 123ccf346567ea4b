import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { formatOf } from '../../web/page-locals.ts';
import { safeReturnTo } from '../../web/return-to.ts';
import { requestContext } from '../../audit/request-context.ts';
import { passkeyRequest } from '../factors/passkey-challenges.ts';
import { requireUser } from '../require-user.ts';
import { isFresh } from './fresh-proof.ts';
import { askForProof, proves } from './require-step-up.ts';
import { takeProof } from './step-up-form.ts';

/** `/auth/step-up`: asks a person once more who they are, and then leads to the page that wanted to know. */
export function createStepUpRouter(deps: Pick<AppDeps, 'db' | 'config'>): Router {
  const router = Router();
  router.get('/step-up', requireUser, (req, res) => {
    const target = targetOf(req.query);
    if (req.user !== undefined && isFresh(req.session.proof, req.user, req.receivedAt)) goOn(res, target);
    else askForProof(req, res, formFor(target), {});
  });
  router.post('/step-up', requireUser, async (req: Request, res: Response) => {
    const target = targetOf(req.body);
    const given = takeProof(req.body) ?? { password: '', factor: null };
    if (await proves(deps, req, res, { given, form: formFor(target), before: target.returnTo }))
      goOn(res, target);
  });
  router.post('/step-up/challenge', requireUser, async (req: Request, res: Response) => {
    const userId = req.user?.id ?? null;
    res.json(await passkeyRequest(deps.db, requestContext(req), { ...deps, purpose: 'confirm', userId }));
  });
  return router;
}

interface Target {
  returnTo: string;
  isDownload: boolean;
}

function targetOf(fields: unknown): Target {
  const { returnTo, download } = (fields ?? {}) as Record<string, unknown>;
  return { returnTo: safeReturnTo(returnTo) ?? '/', isDownload: download === '1' };
}

function formFor({ returnTo, isDownload }: Target) {
  const carried: [string, string][] = [['returnTo', returnTo]];
  if (isDownload) carried.push(['download', '1']);
  return { action: '/auth/step-up', carried, cancelUrl: isDownload ? parentOf(returnTo) : '/' };
}

function goOn(res: Response, { returnTo, isDownload }: Target): void {
  if (isDownload) {
    res.render('auth/step-up/download', {
      title: formatOf(res).t('stepUp.downloadTitle'),
      fileUrl: returnTo,
      backUrl: parentOf(returnTo),
    });
  } else res.redirect(303, returnTo);
}

/** The page above a file: a person's page above the evidence about them. */
function parentOf(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://local.invalid');
  const company = searchParams.get('company');
  const above = pathname.endsWith('.csv') ? pathname.slice(0, -4) : pathname.replace(/\/[^/]*\/?$/, '');
  return `${above || '/'}${company === null ? '' : `?${new URLSearchParams({ company }).toString()}`}`;
}
