import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { addressKey, secondsToWait, type AttemptLimits } from '../../auth/attempt-limits.ts';
import { TooManyAttempts } from '../../errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { confirmForm, linkToken } from '../input.ts';
import { confirmChange, openChange, type OpenedChange } from './confirm-change.ts';
import { openWayBack, restoreAddress } from './restore-address.ts';
import type { ProofRefusal } from './prove-account.ts';
import { refuseProof } from './confirm-router.ts';

type Parts = AppDeps & { limits: AttemptLimits };

type Problem = 'unknown' | 'over' | 'foreign' | 'taken';

const STATUS: Record<Problem, number> = { unknown: 404, over: 410, foreign: 409, taken: 409 };

/** The links of mails about a change of address: to the new one, and back to the old one. At `/auth`. */
export function createChangeLinkRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const parts = { ...deps, limits };
  const router = Router();
  router.get('/new-email/:token', async (req, res) => {
    const opened = await open(deps, req);
    if (opened.state === 'open') renderConfirm(res, opened, {});
    else renderProblem(res, opened.state);
  });
  router.post('/new-email/:token', (req, res) => confirmFromForm(parts, req, res));
  router.get('/restore-email/:token', async (req, res) => {
    const token = linkToken.safeParse(req.params.token);
    const opened = token.success
      ? await openWayBack(deps.db, requestContext(req), token.data)
      : ({ state: 'unknown' } as const);
    if (opened.state === 'open') {
      res.setHeader('cache-control', 'no-store');
      res.render('people/address/restore', { title: formatOf(res).t('address.restoreTitle'), ...opened });
    } else renderProblem(res, opened.state);
  });
  router.post('/restore-email/:token', (req, res) => restoreFromForm(parts, req, res));
  return router;
}

async function confirmFromForm(parts: Parts, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const opened = await open(parts, req);
  if (opened.state !== 'open') {
    renderProblem(res, opened.state);
    return;
  }
  const form = confirmForm.parse(req.body ?? {});
  const context = requestContext(req);
  const askAgain = (refusal: ProofRefusal): void => {
    refuseProof(res, refusal, form, (errors) => {
      renderConfirm(res, opened, errors);
    });
  };
  const wait = await secondsToWait(parts.limits.confirmByIp, addressKey(context.ip));
  if (wait !== null) {
    askAgain({ ok: false, reason: 'locked', retryAfterSeconds: wait });
    return;
  }
  const outcome = await confirmChange(parts.db, context, {
    token: String(req.params.token),
    config: parts.config,
    ...form,
  });
  if (outcome.ok) {
    setFlash(req, 'success', t('address.changed', { email: outcome.email }));
    res.redirect(303, opened.isOwn ? '/account/email' : '/auth/login');
  } else if (outcome.reason === 'locked' || outcome.reason === 'wrong-password') {
    askAgain(outcome);
  } else {
    renderProblem(res, outcome.reason);
  }
}

async function restoreFromForm({ db, limits }: Parts, req: Request, res: Response): Promise<void> {
  const context = requestContext(req);
  const token = linkToken.safeParse(req.params.token);
  if (!token.success) {
    renderProblem(res, 'unknown');
    return;
  }
  const wait = await secondsToWait(limits.confirmByIp, addressKey(context.ip));
  if (wait !== null) throw new TooManyAttempts(wait);
  const outcome = await restoreAddress(db, context, { token: token.data });
  if (!outcome.ok) {
    renderProblem(res, outcome.reason);
    return;
  }
  setFlash(req, 'success', formatOf(res).t('address.restored'));
  res.redirect(303, `/auth/reset/${outcome.resetToken}`);
}

async function open({ db }: AppDeps, req: Request): Promise<OpenedChange> {
  const token = linkToken.safeParse(req.params.token);
  return token.success ? openChange(db, requestContext(req), token.data) : { state: 'unknown' };
}

function renderConfirm(
  res: Response,
  opened: Extract<OpenedChange, { state: 'open' }>,
  errors: Record<string, string>,
): void {
  res.setHeader('cache-control', 'no-store');
  const title = formatOf(res).t('address.newTitle');
  res.render('people/address/new', { title, values: {}, errors, ...opened });
}

function renderProblem(res: Response, problem: Problem): void {
  const { t } = formatOf(res);
  const name = problem === 'over' ? 'changeOver' : problem;
  res.status(STATUS[problem]).render('people/address/problem', {
    title: t(`address.${name}Title`),
    text: t(`address.${name}Text`),
    problem: problem === 'over' ? 'change-over' : problem,
  });
}
