import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { TRIAL_DAYS } from '../../billing/plans.ts';
import type { Config } from '../../config/config.ts';
import { readDeviceToken, rememberDeviceToken } from '../../web/sessions/device-cookie.ts';
import { formatOf } from '../../web/page-locals.ts';
import { startBrowserSession } from '../../web/sessions/start-browser-session.ts';
import { addressKey, secondsToWait, type AttemptLimits } from '../../auth/attempt-limits.ts';
import { listDocumentsInForce, staleTicks, type DocumentInForce } from '../documents-in-force.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { registrationForm } from '../input.ts';
import { register } from './register.ts';

type Parts = AppDeps & { limits: AttemptLimits };

/** The fields that are shown again when the form has faults. */
const KEPT = ['companyName', 'subdomain', 'fullName', 'email', 'acceptTerms', 'acceptPrivacy'] as const;

/** Registration of a company with its first admin. */
export function createRegisterRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const parts = { ...deps, limits };
  const router = Router();
  router.get('/register', async (req, res) => {
    if (req.user !== undefined) {
      res.redirect(303, '/');
      return;
    }
    const documents = await listDocumentsInForce(deps.db, formatOf(res));
    renderRegister(deps.config, res, documents, { values: {}, errors: {} });
  });
  router.post('/register', async (req, res) => {
    if (req.user === undefined) await registerFromForm(parts, req, res);
    else res.redirect(303, '/');
  });
  return router;
}

async function registerFromForm(parts: Parts, req: Request, res: Response): Promise<void> {
  const { db, config, limits } = parts;
  const format = formatOf(res);
  const documents = await listDocumentsInForce(db, format);
  const showAgain = (status: number, errors: Record<string, string>): void => {
    res.status(status);
    renderRegister(config, res, documents, { values: keptValues(req.body, KEPT), errors });
  };
  const form = registrationForm.safeParse(req.body ?? {});
  if (!form.success) {
    showAgain(422, formErrors(form.error, format));
    return;
  }
  const stale = staleTicks(documents, form.data, format);
  if (Object.keys(stale).length > 0) {
    showAgain(422, stale);
    return;
  }
  const context = requestContext(req);
  const wait = await secondsToWait(limits.registerByIp, addressKey(context.ip));
  if (wait !== null) {
    res.setHeader('retry-after', String(wait));
    showAgain(429, { form: format.t('auth.tooManyRegistrations', { minutes: Math.ceil(wait / 60) }) });
    return;
  }
  const outcome = await register(db, context, {
    ...form.data,
    locale: format.locale,
    billingCurrency: config.paytr.currencies[0] ?? 'TRY',
    deviceToken: readDeviceToken(req, config),
    config,
  });
  if (!outcome.ok) {
    showAgain(422, { subdomain: format.t('auth.subdomainTaken') });
    return;
  }
  await startBrowserSession(req, outcome.user);
  rememberDeviceToken(res, config, outcome.deviceToken);
  res.redirect(303, '/');
}

function renderRegister(
  { workspaceDomain }: Config,
  res: Response,
  documents: DocumentInForce[],
  page: { values: Record<string, string>; errors: Record<string, string> },
): void {
  const title = formatOf(res).t('auth.registerTitle');
  res.render('people/register', { title, trialDays: TRIAL_DAYS, workspaceDomain, documents, ...page });
}
