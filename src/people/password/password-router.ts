import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { addressKey, secondsToWait, type AttemptLimits } from '../../auth/attempt-limits.ts';
import { requireUser } from '../../auth/require-user.ts';
import { NotSignedIn } from '../../errors.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { readDeviceToken } from '../../web/sessions/device-cookie.ts';
import { startBrowserSession } from '../../web/sessions/start-browser-session.ts';
import { changePasswordForm, forgotForm, newPasswordForm, resetToken } from '../input.ts';
import { handlePasswordResets } from './handle-password-resets.ts';
import { requestPasswordReset } from './request-password-reset.ts';
import { changePassword, isResetOpen, resetPassword } from './set-password.ts';

type Parts = AppDeps & { limits: AttemptLimits };

interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** A forgotten password and the link that sets a new one; changing a password that is known. */
export function createPasswordRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const parts = { ...deps, limits };
  const router = Router();
  router.get('/forgot', (_req, res) => {
    renderForgot(deps, res, { values: {}, errors: {} });
  });
  router.post('/forgot', (req, res) => requestFromForm(parts, req, res));
  router.get('/reset/:token', async (req, res) => {
    if (await isOpen(deps, req)) renderReset(res, { values: {}, errors: {} });
    else renderOver(res);
  });
  router.post('/reset/:token', (req, res) => resetFromForm(deps, req, res));
  router.get('/password', requireUser, (_req, res) => {
    renderChange(res, { values: {}, errors: {} });
  });
  router.post('/password', requireUser, (req, res) => changeFromForm(parts, req, res));
  return router;
}

async function requestFromForm(parts: Parts, req: Request, res: Response): Promise<void> {
  const { db, limits } = parts;
  const format = formatOf(res);
  const context = requestContext(req);
  const wait = await secondsToWait(limits.resetByIp, addressKey(context.ip));
  const values = keptValues(req.body, ['email']);
  if (wait !== null) {
    res.status(429).setHeader('retry-after', String(wait));
    const errors = { form: format.t('auth.tooMany', { minutes: Math.ceil(wait / 60) }) };
    renderForgot(parts, res, { values, errors });
    return;
  }
  const form = forgotForm.safeParse(req.body ?? {});
  if (!form.success) {
    res.status(422);
    renderForgot(parts, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  if (parts.config.smtpUrl === null) {
    await answerWithoutMail(parts, req, res, form.data.email);
    return;
  }
  // The schedule does the rest: here it would show in the time of this answer, or of the next one.
  await requestPasswordReset(db, context, { email: form.data.email });
  renderSent(res, form.data.email, null);
}

/**
 * Without a mail server no link can be sent, and the page says so. On a developer's machine it shows the link
 * itself.
 */
async function answerWithoutMail(parts: Parts, req: Request, res: Response, email: string): Promise<void> {
  const { db, config } = parts;
  if (config.production) {
    res.status(503);
    renderForgot(parts, res, { values: { email }, errors: {} });
    return;
  }
  const context = requestContext(req);
  let link: string | null = null;
  await requestPasswordReset(db, context, { email });
  await handlePasswordResets(db, context, {
    config,
    onLink: (recipient, url) => {
      if (recipient === email) link = url;
    },
  });
  renderSent(res, email, link);
}

function renderSent(res: Response, email: string, link: string | null): void {
  res.setHeader('cache-control', 'no-store');
  res.render('people/forgot-sent', { title: formatOf(res).t('password.sentTitle'), email, link });
}

async function isOpen({ db }: AppDeps, req: Request): Promise<boolean> {
  const token = resetToken.safeParse(req.params.token);
  return token.success && (await isResetOpen(db, requestContext(req), token.data));
}

async function resetFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  if (!(await isOpen(deps, req))) {
    renderOver(res);
    return;
  }
  const form = newPasswordForm.safeParse(req.body ?? {});
  if (!form.success) {
    res.status(422);
    const values = keptValues(req.body, ['endsCredentials']);
    renderReset(res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const outcome = await resetPassword(deps.db, requestContext(req), {
    token: String(req.params.token),
    ...form.data,
    deviceToken: readDeviceToken(req, deps.config),
    config: deps.config,
  });
  if (!outcome.ok) {
    if (outcome.reason === 'over') {
      renderOver(res);
      return;
    }
    res.status(422);
    const values = keptValues(req.body, ['endsCredentials']);
    renderReset(res, { values, errors: { password: format.t('auth.passwordPersonal') } });
    return;
  }
  setFlash(req, 'success', format.t('password.wasReset'));
  res.redirect(303, '/auth/login');
}

async function changeFromForm(parts: Parts, req: Request, res: Response): Promise<void> {
  const { user } = req;
  if (user === undefined) throw new NotSignedIn();
  const format = formatOf(res);
  const again = (status: number, errors: Record<string, string>): void => {
    res.status(status);
    renderChange(res, { values: keptValues(req.body, ['endsCredentials']), errors });
  };
  const form = changePasswordForm.safeParse(req.body ?? {});
  if (!form.success) {
    again(422, formErrors(form.error, format));
    return;
  }
  const wait = await secondsToWait(parts.limits.changeByAccount, String(user.id));
  const tooMany = (seconds: number): string => format.t('auth.tooMany', { minutes: Math.ceil(seconds / 60) });
  if (wait !== null) {
    again(429, { form: tooMany(wait) });
    return;
  }
  const outcome = await changePassword(parts.db, requestContext(req), {
    userId: user.id,
    ...form.data,
    deviceToken: readDeviceToken(req, parts.config),
    config: parts.config,
  });
  if (!outcome.ok) {
    if (outcome.reason === 'locked') again(429, { form: tooMany(outcome.retryAfterSeconds) });
    else if (outcome.reason === 'is-personal') again(422, { password: format.t('auth.passwordPersonal') });
    else again(422, { oldPassword: format.t('password.oldWrong') });
    return;
  }
  await startBrowserSession(req, outcome.user);
  setFlash(req, 'success', format.t('password.wasChanged'));
  res.redirect(303, '/auth/password');
}

function renderForgot({ config }: AppDeps, res: Response, form: ShownForm): void {
  res.render('people/forgot', {
    title: formatOf(res).t('password.forgotTitle'),
    contact: config.seller.email,
    isMailConfigured: config.smtpUrl !== null,
    ...form,
  });
}

function renderReset(res: Response, form: ShownForm): void {
  res.setHeader('cache-control', 'no-store');
  res.render('people/reset', { title: formatOf(res).t('password.resetTitle'), ...form });
}

function renderOver(res: Response): void {
  res.status(410);
  res.render('people/reset-over', { title: formatOf(res).t('password.overTitle') });
}

function renderChange(res: Response, form: ShownForm): void {
  res.render('people/password', { title: formatOf(res).t('password.changeTitle'), ...form });
}
