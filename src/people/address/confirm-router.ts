import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { addressKey, secondsToWait, type AttemptLimits } from '../../auth/attempt-limits.ts';
import { requireCompanyUser } from '../../auth/require-user.ts';
import { NotSignedIn } from '../../errors.ts';
import { evenOut } from '../../web/even-answer.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { confirmForm, linkToken } from '../input.ts';
import { askAgain } from './ask-for-confirmation.ts';
import { confirmAddress, openConfirmation, type OpenedConfirmation } from './confirm-address.ts';
import { confirmationLink } from './confirmation-mails.ts';
import type { ProofRefusal } from './prove-account.ts';

type Parts = AppDeps & { limits: AttemptLimits };

type Problem = Exclude<OpenedConfirmation['state'], 'open'> | 'taken';

/** 410 for a link that is over, 409 for an obstacle outside it. */
const STATUS: Record<Problem, number> = { unknown: 404, confirmed: 410, over: 410, foreign: 409, taken: 409 };

/** Confirming the address of an account: the link of the mail, and the page that sends it again. */
export function createConfirmRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const parts = { ...deps, limits };
  const router = Router();
  router.get('/confirm', requireCompanyUser, (req, res) => {
    renderAsk(parts, req, res, {});
  });
  router.post('/confirm', requireCompanyUser, (req, res) => askFromForm(parts, req, res));
  router.get('/confirm/:token', async (req, res) => {
    const opened = await open(deps, req);
    if (opened.state === 'open') renderConfirm(res, opened, {});
    else renderProblem(res, opened.state);
  });
  router.post('/confirm/:token', (req, res) => confirmFromForm(parts, req, res));
  return router;
}

async function askFromForm(parts: Parts, req: Request, res: Response): Promise<void> {
  const { db, config, limits } = parts;
  const { user } = req;
  if (user === undefined) throw new NotSignedIn();
  const { t } = formatOf(res);
  const context = requestContext(req);
  const wait =
    (await secondsToWait(limits.confirmByIp, addressKey(context.ip))) ??
    (await secondsToWait(limits.mailByCompany, String(user.company_id)));
  const asked =
    wait === null
      ? await askAgain(db, context, { userId: user.id, email: user.email, config })
      : ({ ok: false, reason: 'too-many' } as const);
  // The time does not say whether the mail has a link or says that the address is taken.
  await evenOut(req);
  if (!asked.ok && asked.reason === 'too-many') {
    res.status(429);
    renderAsk(parts, req, res, { errors: { form: t('address.tooMany') } });
    return;
  }
  // Without a mail server a developer's page shows the link itself.
  const link =
    asked.ok && asked.token !== null && config.smtpUrl === null && !config.production
      ? confirmationLink(config.baseUrl, asked.token)
      : null;
  if (config.smtpUrl !== null) {
    setFlash(req, 'success', t('address.sent', { email: user.email }));
    res.redirect(303, '/auth/confirm');
    return;
  }
  res.setHeader('cache-control', 'no-store');
  renderAsk(parts, req, res, { link });
}

async function confirmFromForm(parts: Parts, req: Request, res: Response): Promise<void> {
  const { db, limits } = parts;
  const { t } = formatOf(res);
  const opened = await open(parts, req);
  if (opened.state !== 'open') {
    renderProblem(res, opened.state);
    return;
  }
  const form = confirmForm.parse(req.body ?? {});
  const context = requestContext(req);
  const wait = await secondsToWait(limits.confirmByIp, addressKey(context.ip));
  const askAgain = (refusal: ProofRefusal): void => {
    refuseProof(res, refusal, form, (errors) => {
      renderConfirm(res, opened, errors);
    });
  };
  if (wait !== null) {
    askAgain({ ok: false, reason: 'locked', retryAfterSeconds: wait });
    return;
  }
  const outcome = await confirmAddress(db, context, { token: String(req.params.token), ...form });
  if (outcome.ok) {
    setFlash(req, 'success', t('address.confirmed', { email: opened.email }));
    res.redirect(303, opened.isOwn ? '/workspace' : '/auth/login');
  } else if (outcome.reason === 'locked' || outcome.reason === 'wrong-password') {
    askAgain(outcome);
  } else {
    renderProblem(res, outcome.reason);
  }
}

/** Has the form of a link shown again, with what was wrong with the password, or when to come back. */
export function refuseProof(
  res: Response,
  refusal: ProofRefusal,
  { password }: { password: string | null },
  render: (errors: Record<string, string>) => void,
): void {
  const { t } = formatOf(res);
  if (refusal.reason === 'locked') {
    const { retryAfterSeconds } = refusal;
    res.status(429).setHeader('retry-after', String(retryAfterSeconds));
    render({ form: t('auth.tooMany', { minutes: Math.ceil(retryAfterSeconds / 60) }) });
  } else {
    res.status(422);
    render({ password: t((password ?? '') === '' ? 'auth.passwordMissing' : 'address.wrongPassword') });
  }
}

async function open({ db }: AppDeps, req: Request): Promise<OpenedConfirmation> {
  const token = linkToken.safeParse(req.params.token);
  return token.success ? openConfirmation(db, requestContext(req), token.data) : { state: 'unknown' };
}

function renderAsk(
  { config }: Parts,
  req: Request,
  res: Response,
  page: { errors?: Record<string, string>; link?: string | null },
): void {
  if (req.user === undefined) throw new NotSignedIn();
  const { t } = formatOf(res);
  const isConfirmed = req.user.email_confirmed_at !== null;
  res.render('people/address/ask', {
    title: t(isConfirmed ? 'address.isConfirmedTitle' : 'address.askTitle'),
    email: req.user.email,
    isConfirmed,
    isMailConfigured: config.smtpUrl !== null,
    isProduction: config.production,
    contact: config.seller.email,
    errors: page.errors ?? {},
    link: page.link ?? null,
  });
}

function renderConfirm(
  res: Response,
  opened: Extract<OpenedConfirmation, { state: 'open' }>,
  errors: Record<string, string>,
): void {
  res.setHeader('cache-control', 'no-store');
  res.render('people/address/confirm', {
    title: formatOf(res).t('address.confirmTitle'),
    email: opened.email,
    isOwn: opened.isOwn,
    values: {},
    errors,
  });
}

function renderProblem(res: Response, problem: Problem): void {
  const { t } = formatOf(res);
  res.status(STATUS[problem]).render('people/address/problem', {
    title: t(`address.${problem}Title`),
    text: t(`address.${problem}Text`),
    problem,
  });
}
