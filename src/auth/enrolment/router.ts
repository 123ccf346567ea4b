import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { DAY_MS } from '../../durations.ts';
import { NotFound } from '../../errors.ts';
import { deviceName } from '../../web/sessions/device-name.ts';
import { SESSION_MAX_DAYS } from '../../web/sessions/browser-session.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { listBrowserSessions } from '../browser-sessions/queries.ts';
import { countRecoveryCodes, findTotp, listPasskeys, listTrustedDevices } from '../factors/factor-queries.ts';
import { needsSecondFactor, requireUser } from '../require-user.ts';
import { requireStepUp } from '../step-up/require-step-up.ts';
import { createCodesRouter, userOf } from './codes-router.ts';
import { endTrust } from './end-trust.ts';
import { createPasskeyRouter } from './passkey-router.ts';
import { createRemovalRouter } from './removal-router.ts';
import { createTotpRouter } from './totp-router.ts';

/** `/second-factor`: a person's own second factors. Mounted at `/account`. */
export function createEnrolmentRouter(deps: AppDeps): Router {
  const router = Router();
  const stepUp = requireStepUp(deps);
  router.use('/second-factor', requireUser);
  router.get('/second-factor', (req, res) => showFactors(deps, req, res));
  router.post('/second-factor/devices/:id/forget', (req, res) => forgetDevice(deps, req, res));
  router.use(createTotpRouter(deps, stepUp));
  router.use(createPasskeyRouter(deps, stepUp));
  router.use(createCodesRouter(deps, stepUp));
  router.use(createRemovalRouter(deps, stepUp));
  return router;
}

async function showFactors({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const user = userOf(req);
  const since = new Date(req.receivedAt.getTime() - SESSION_MAX_DAYS * DAY_MS);
  const [totp, passkeys, codesLeft, devices, browsers] = await Promise.all([
    findTotp(db, user.id),
    listPasskeys(db, user.id),
    countRecoveryCodes(db, user.id),
    listTrustedDevices(db, user.id, req.receivedAt),
    listBrowserSessions(db, { userId: user.id, since, at: req.receivedAt }),
  ]);
  const format = formatOf(res);
  res.render('account/second-factor/show', {
    title: format.t('secondFactor.title'),
    totp: totp ?? null,
    passkeys,
    codesLeft,
    devices: devices.map((row) => ({ ...row, device: deviceName(row.user_agent, format) })),
    isOn: user.second_factor_at !== null,
    isRequired: needsSecondFactor(user, req.receivedAt),
    requiredFrom: user.second_factor_required_from ?? null,
    // Whoever knew the password before may still be signed in elsewhere.
    offersEnd: browsers.some(({ sid }) => sid !== req.browserSessionHash),
  });
}

async function forgetDevice({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const deviceId = parseId(req.params.id);
  const input = { userId: userOf(req).id, deviceId: deviceId ?? 0 };
  if (deviceId === null || !(await endTrust(db, requestContext(req), input))) throw new NotFound();
  setFlash(req, 'success', formatOf(res).t('secondFactor.trustEnded'));
  res.redirect(303, '/account/second-factor');
}
