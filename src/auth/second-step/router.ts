import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { formatOf } from '../../web/page-locals.ts';
import { safeReturnTo } from '../../web/return-to.ts';
import { readDeviceToken, rememberDeviceToken } from '../../web/sessions/device-cookie.ts';
import { startBrowserSession } from '../../web/sessions/start-browser-session.ts';
import { addressKey, secondsToWait, type AttemptLimits } from '../attempt-limits.ts';
import { givenFactor } from '../factors/given-factor.ts';
import { passkeyRequest } from '../factors/passkey-challenges.ts';
import { TRUST_DAYS } from '../known-device.ts';
import type { SignedIn } from '../record-sign-in.ts';
import { signOut } from '../sign-out.ts';
import { finishSignIn, isPending, type FinishOutcome } from './finish-sign-in.ts';
import { signInByPasskey } from './sign-in-by-passkey.ts';

type Parts = Pick<AppDeps, 'db' | 'config'> & { limits: AttemptLimits };

/** The second step of a sign-in, and the sign-in by a passkey alone. Mounted at `/auth`. */
export function createSecondStepRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const parts = { ...deps, limits };
  const router = Router();
  router.get('/second-factor', (req, res) => {
    if (isPending(req.session.pending, req.receivedAt)) showStep(parts, req, res, {});
    else res.redirect(303, req.user === undefined ? '/auth/login' : '/');
  });
  router.post('/second-factor', (req, res) => finishFromForm(parts, req, res));
  router.post('/second-factor/challenge', async (req, res) => {
    const { pending } = req.session;
    if (!isPending(pending, req.receivedAt)) res.status(409).json({});
    else await sendChallenge(parts, req, res, { purpose: 'confirm', userId: pending.userId });
  });
  router.post('/passkey', (req, res) => signInFromPasskey(parts, req, res));
  router.post('/passkey/challenge', (req, res) =>
    sendChallenge(parts, req, res, { purpose: 'sign-in', userId: null }),
  );
  return router;
}

async function sendChallenge(
  { db, config, limits }: Parts,
  req: Request,
  res: Response,
  of: { purpose: 'sign-in' | 'confirm'; userId: number | null },
): Promise<void> {
  const context = requestContext(req);
  const wait = await secondsToWait(limits.signInByIp, addressKey(context.ip));
  if (wait !== null) res.status(429).setHeader('retry-after', String(wait)).json({});
  else res.json(await passkeyRequest(db, context, { config, ...of }));
}

async function finishFromForm(parts: Parts, req: Request, res: Response): Promise<void> {
  const { db, config } = parts;
  const { pending } = req.session;
  if (!isPending(pending, req.receivedAt)) {
    res.redirect(303, '/auth/login');
    return;
  }
  const { t } = formatOf(res);
  const given = givenFactor(req.body, { code: 'code', passkey: 'passkey' });
  if (given === null) {
    showStep(parts, req, res, { code: t('secondFactor.codeMissing') });
    return;
  }
  const outcome = await finishSignIn(db, requestContext(req), {
    config,
    pending,
    given,
    deviceToken: readDeviceToken(req, config),
    isTrusted: (req.body as Record<string, unknown>).trusts === 'on',
  });
  if (outcome.ok) await begin(parts, req, res, { signedIn: outcome, returnTo: pending.returnTo });
  else refuse(parts, req, res, outcome);
}

function refuse(
  parts: Parts,
  req: Request,
  res: Response,
  outcome: Extract<FinishOutcome, { ok: false }>,
): void {
  const { t } = formatOf(res);
  if (outcome.reason === 'over') {
    res.redirect(303, '/auth/login');
  } else if (outcome.reason === 'locked') {
    res.status(429).setHeader('retry-after', String(outcome.retryAfterSeconds));
    showStep(parts, req, res, {
      form: t('auth.tooMany', { minutes: Math.ceil(outcome.retryAfterSeconds / 60) }),
    });
  } else if (outcome.reason === 'wrong-code') {
    showStep(parts, req, res, { code: t('secondFactor.wrongCode') });
  } else showStep(parts, req, res, { form: t('secondFactor.wrongPasskey') });
}

async function signInFromPasskey(parts: Parts, req: Request, res: Response): Promise<void> {
  const { db, config, limits } = parts;
  const { t } = formatOf(res);
  const context = requestContext(req);
  const { returnTo, passkey } = (req.body ?? {}) as Record<string, unknown>;
  const wait = await secondsToWait(limits.signInByIp, addressKey(context.ip));
  const signedIn =
    wait === null && typeof passkey === 'string'
      ? await signInByPasskey(db, context, {
          config,
          answer: passkey,
          deviceToken: readDeviceToken(req, config),
        })
      : undefined;
  if (signedIn !== undefined) {
    await begin(parts, req, res, { signedIn, returnTo: safeReturnTo(returnTo) });
    return;
  }
  if (wait !== null) res.setHeader('retry-after', String(wait));
  res.status(wait === null ? 422 : 429).render('auth/login', {
    title: t('auth.loginTitle'),
    values: {},
    errors: {
      form:
        wait === null ? t('secondFactor.wrongPasskey') : t('auth.tooMany', { minutes: Math.ceil(wait / 60) }),
    },
    returnTo: safeReturnTo(returnTo),
  });
}

/** Signs in. Another person who is still signed in to this browser is signed out first. */
async function begin(
  { db, config }: Parts,
  req: Request,
  res: Response,
  { signedIn, returnTo }: { signedIn: SignedIn; returnTo: string | null },
): Promise<void> {
  if (req.user !== undefined) await signOut(db, requestContext(req));
  await startBrowserSession(req, signedIn.user, { at: req.receivedAt.getTime(), by: 'second-factor' });
  rememberDeviceToken(res, config, signedIn.deviceToken);
  res.redirect(303, returnTo ?? '/');
}

function showStep({ config }: Parts, req: Request, res: Response, errors: Record<string, string>): void {
  if (Object.keys(errors).length > 0 && res.statusCode === 200) res.status(422);
  res.render('auth/second-step/show', {
    title: formatOf(res).t('secondFactor.stepTitle'),
    byRecoveryCode: req.query.by === 'recovery-code',
    trustDays: TRUST_DAYS,
    contact: config.seller.email,
    values: {},
    errors,
  });
}
