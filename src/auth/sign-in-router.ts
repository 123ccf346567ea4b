import { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { AppError } from '../errors.ts';
import { readDeviceToken, rememberDeviceToken } from '../web/sessions/device-cookie.ts';
import { evenOut } from '../web/even-answer.ts';
import { formatOf } from '../web/page-locals.ts';
import { safeReturnTo } from '../web/return-to.ts';
import {
  endBrowserSession,
  startBrowserSession,
  startPendingSignIn,
} from '../web/sessions/start-browser-session.ts';
import { faultOf } from '../web/body-fault.ts';
import { addressKey, secondsToWait, type AttemptLimits } from './attempt-limits.ts';
import { keptValues } from '../web/form-errors.ts';
import { credentials } from './input.ts';
import { attemptKey } from './known-device.ts';
import { normaliseEmail } from './normalise-email.ts';
import type { Authenticator, AuthInfo } from './passport.ts';
import { refuseSignIn } from './refuse-sign-in.ts';
import type { SignInOutcome } from './sign-in.ts';
import { signOut } from './sign-out.ts';

type Parts = AppDeps & { passport: Authenticator; limits: AttemptLimits };

/** Signing in and out. */
export function createSignInRouter(deps: AppDeps, passport: Authenticator, limits: AttemptLimits): Router {
  const parts = { ...deps, passport, limits };
  const router = Router();
  router.get('/login', (req, res) => {
    const returnTo = safeReturnTo(req.query.returnTo);
    if (req.user !== undefined) res.redirect(303, returnTo ?? '/');
    else renderLogin(res, { values: {}, errors: {}, returnTo });
  });
  router.post('/login', async (req, res) => {
    await signInFromForm(parts, req, res);
  });
  router.post('/logout', async (req, res) => {
    if (req.user !== undefined) {
      await signOut(parts.db, requestContext(req));
      await endBrowserSession(req, res, parts.config);
    }
    res.redirect(303, '/');
  });
  return router;
}

/**
 * Records a sign-in attempt whose form could not be read (too large, unknown encoding). The body parser
 * refuses it before any router, so this handler stands among the error handlers, for `/auth/login` only.
 */
export function noteUnreadableSignIn({ db, config }: AppDeps): ErrorRequestHandler {
  return async (error: unknown, req, _res, next) => {
    const kind = error instanceof AppError ? null : faultOfBody(error);
    if (req.method === 'POST' && kind !== null) {
      await refuseSignIn(db, requestContext(req), {
        email: '',
        reason: 'unreadable',
        deviceToken: readDeviceToken(req, config),
        details: { fault: kind, content_length: req.get('content-length') ?? null },
      });
    }
    next(error);
  };
}

/** Null when the fault is ours and not in the request. */
function faultOfBody(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const isRefused = 'status' in error && Number(error.status) >= 400 && Number(error.status) < 500;
  return 'type' in error || isRefused ? faultOf(error) : null;
}

async function signInFromForm(parts: Parts, req: Request, res: Response): Promise<void> {
  const { db, config, limits } = parts;
  const context = requestContext(req);
  const body = (req.body ?? {}) as Record<string, unknown>;
  const deviceToken = readDeviceToken(req, config);
  const addressWait = await secondsToWait(limits.signInByIp, addressKey(context.ip));
  if (addressWait !== null) {
    await refuseSignIn(db, context, {
      email: body.email,
      reason: 'rate-limited',
      deviceToken,
      details: { by: 'address' },
    });
    await renderTooMany(req, res, addressWait);
    return;
  }
  const form = credentials.safeParse(body);
  if (!form.success) {
    await refuseSignIn(db, context, { email: body.email, reason: 'malformed', deviceToken });
    await renderRefused(req, res, fieldFaults(res, body));
    return;
  }
  const claim = { email: form.data.email, deviceToken };
  const accountWait = await secondsToWait(limits.signInByAccount, (await attemptKey(db, claim)).key);
  if (accountWait !== null) {
    await refuseSignIn(db, context, {
      email: claim.email,
      reason: 'rate-limited',
      deviceToken,
      details: { by: 'account' },
    });
    await renderTooMany(req, res, accountWait);
    return;
  }
  await answer(parts, req, res, await authenticate(parts.passport, req, res));
}

async function answer(parts: Parts, req: Request, res: Response, outcome: SignInOutcome): Promise<void> {
  if (outcome.ok) {
    // Another person may still be signed in to this browser. They are signed out first, with a row of their
    // own.
    if (req.user !== undefined) await signOut(parts.db, requestContext(req));
    // A remembered browser spares the second factor here, and not where a fresh proof is asked for.
    await startBrowserSession(req, outcome.user);
    rememberDeviceToken(res, parts.config, outcome.deviceToken);
    res.redirect(303, safeReturnTo((req.body as Record<string, unknown>).returnTo) ?? '/');
  } else if (outcome.reason === 'second-factor') {
    if (req.user !== undefined) await signOut(parts.db, requestContext(req));
    const { userId, email, print } = outcome;
    const returnTo = safeReturnTo((req.body as Record<string, unknown>).returnTo);
    await startPendingSignIn(req, { userId, email, print, at: req.receivedAt.getTime(), returnTo });
    res.redirect(303, '/auth/second-factor');
  } else if (outcome.reason === 'locked') {
    await renderTooMany(req, res, outcome.retryAfterSeconds);
  } else {
    await renderRefused(req, res, outcome.reason === 'new-password-needed' ? newPasswordNeeded(res) : {});
  }
}

function newPasswordNeeded(res: Response): Record<string, string> {
  return { form: formatOf(res).t('alerts.newPasswordNeeded') };
}

/**
 * Runs Passport's local strategy, which calls the operation. The session is started here, after the audit
 * row.
 */
function authenticate(passport: Authenticator, req: Request, res: Response): Promise<SignInOutcome> {
  return new Promise((resolve, reject) => {
    const done = (error: unknown, _user?: unknown, info?: unknown): void => {
      const outcome = (info as Partial<AuthInfo> | undefined)?.outcome;
      if (outcome !== undefined) resolve(outcome);
      else reject(error instanceof Error ? error : new Error('Bug! Passport answered without an outcome'));
    };
    const handler = passport.authenticate('local', { session: false }, done) as (
      req: Request,
      res: Response,
      next: (error?: unknown) => void,
    ) => void;
    handler(req, res, done);
  });
}

/**
 * Two faults get a message of their own: an empty field, and an address with letters that no account can have
 * (`İsmail@…` from a Turkish keyboard). Every other fault is answered like a wrong password.
 */
function fieldFaults(res: Response, body: Record<string, unknown>): Record<string, string> {
  const { t } = formatOf(res);
  const names = (['email', 'password'] as const).filter((name) => {
    const value = body[name];
    return value === undefined || (typeof value === 'string' && value.trim() === '');
  });
  const texts = { email: t('auth.emailMissing'), password: t('auth.passwordMissing') };
  const isOdd = typeof body.email === 'string' && /[^ -~]/.test(normaliseEmail(body.email));
  return {
    ...(isOdd ? { email: t('auth.signInAscii') } : {}),
    ...Object.fromEntries(names.map((name) => [name, texts[name]])),
  };
}

async function renderRefused(req: Request, res: Response, fields: Record<string, string>): Promise<void> {
  const hasFields = Object.keys(fields).length > 0;
  const errors = hasFields ? fields : { form: formatOf(res).t('auth.wrongCredentials') };
  res.status(422);
  await renderAgain(req, res, errors);
}

async function renderTooMany(req: Request, res: Response, seconds: number): Promise<void> {
  res.status(429).setHeader('retry-after', String(seconds));
  await renderAgain(req, res, {
    form: formatOf(res).t('auth.tooMany', { minutes: Math.ceil(seconds / 60) }),
  });
}

async function renderAgain(req: Request, res: Response, errors: Record<string, string>): Promise<void> {
  // Neither the time of an answer nor the work behind it says whether an address has an account.
  await evenOut(req);
  const returnTo = safeReturnTo((req.body as Record<string, unknown> | undefined)?.returnTo);
  renderLogin(res, { values: keptValues(req.body, ['email']), errors, returnTo });
}

function renderLogin(
  res: Response,
  page: { values: Record<string, string>; errors: Record<string, string>; returnTo: string | null },
): void {
  res.render('auth/login', { title: formatOf(res).t('auth.loginTitle'), ...page });
}
