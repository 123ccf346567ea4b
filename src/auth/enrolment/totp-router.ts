import { Router, type Request, type RequestHandler, type Response } from 'express';
import { renderSVG } from 'uqr';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { totpKey, totpUri } from '../factors/totp.ts';
import { showRecoveryCodes, userOf } from './codes-router.ts';
import { confirmTotp, findWaitingSecret, startTotp, type EnrolOutcome } from './enrol-totp.ts';

/** Setting up an authenticator app: a secret is made, shown, and taken into use by its first code. */
export function createTotpRouter(deps: AppDeps, stepUp: RequestHandler): Router {
  const router = Router();
  router.post('/second-factor/totp', stepUp, async (req: Request, res: Response) => {
    const { db, config } = deps;
    await startTotp(db, requestContext(req), { config, userId: userOf(req).id });
    res.redirect(303, '/account/second-factor/totp');
  });
  router.get('/second-factor/totp', stepUp, (req: Request, res: Response) => showSecret(deps, req, res, {}));
  router.post('/second-factor/totp/confirm', stepUp, (req: Request, res: Response) =>
    confirmFromForm(deps, req, res),
  );
  return router;
}

/**
 * Only while a proof is fresh: whoever finds the page open on a screen could copy the secret. The picture is
 * made here, since the secret must not leave for another server.
 */
async function showSecret(
  { db, config }: AppDeps,
  req: Request,
  res: Response,
  errors: Record<string, string>,
): Promise<void> {
  const user = userOf(req);
  const secret = await findWaitingSecret(db, { config, userId: user.id });
  if (secret === null) {
    res.redirect(303, '/account/second-factor');
    return;
  }
  const svg = renderSVG(totpUri(secret, user.email), { border: 2 });
  res.setHeader('cache-control', 'no-store');
  res.render('account/second-factor/totp', {
    title: formatOf(res).t('secondFactor.totpTitle'),
    qrUrl: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
    key: (totpKey(secret).match(/.{1,4}/g) ?? []).join(' '),
    isReplacement: user.second_factor_at !== null,
    values: {},
    errors,
  });
}

async function confirmFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, config } = deps;
  const { t } = formatOf(res);
  const { code } = (req.body ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || code.trim() === '') {
    res.status(422);
    await showSecret(deps, req, res, { code: t('secondFactor.codeMissing') });
    return;
  }
  const user = userOf(req);
  const outcome = await confirmTotp(db, requestContext(req), { config, userId: user.id, code });
  if (outcome.ok) finishEnrolment(req, res, outcome.recoveryCodes, t('secondFactor.totpAdded'));
  else await refuse(deps, req, res, outcome);
}

/** A factor that was just shown to work is a proof; the codes that come with the first one are shown. */
export function finishEnrolment(req: Request, res: Response, codes: string[] | null, text: string): void {
  req.session.proof = { at: req.receivedAt.getTime(), by: 'second-factor' };
  if (codes !== null) {
    showRecoveryCodes(req, res, codes);
    return;
  }
  setFlash(req, 'success', text);
  res.redirect(303, '/account/second-factor');
}

async function refuse(
  deps: AppDeps,
  req: Request,
  res: Response,
  outcome: Extract<EnrolOutcome, { ok: false }>,
): Promise<void> {
  const { t } = formatOf(res);
  if (outcome.reason === 'none') {
    res.redirect(303, '/account/second-factor');
  } else if (outcome.reason === 'locked') {
    res.status(429).setHeader('retry-after', String(outcome.retryAfterSeconds));
    const minutes = Math.ceil(outcome.retryAfterSeconds / 60);
    await showSecret(deps, req, res, { form: t('auth.tooMany', { minutes }) });
  } else {
    res.status(422);
    await showSecret(deps, req, res, { code: t('secondFactor.wrongEnrolCode') });
  }
}
