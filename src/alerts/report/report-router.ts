import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { countryData } from '../../origin/find-country.ts';
import { handlePasswordResets } from '../../people/password/handle-password-resets.ts';
import { formatOf } from '../../web/page-locals.ts';
import { countryName } from '../../web/locales/country-name.ts';
import { ruleNames } from '../rules/rule-settings.ts';
import { findOpenAlert, reportAlert } from './report-alert.ts';

/** The secret of a link: 32 random bytes. */
const TOKEN = /^[\w-]{43}$/;

/**
 * "This wasn't me", by the link of a mail, without a sign-in. A GET changes nothing, since mail scanners open
 * links; the button of its page does. Mounted at `/auth`.
 */
export function createReportRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/not-me/:token', (req, res) => showQuestion(deps, req, res));
  router.post('/not-me/:token', (req, res) => report(deps, req, res));
  return router;
}

async function showQuestion({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const token = tokenOf(req);
  const alert = token === null ? undefined : await findOpenAlert(db, requestContext(req), { token });
  if (alert === undefined) {
    renderOver(res);
    return;
  }
  const { t, locale } = formatOf(res);
  res.setHeader('cache-control', 'no-store');
  res.render('alerts/not-me', {
    title: t(alert.user_id === null ? 'alerts.notExpectedTitle' : 'alerts.notMeTitle'),
    alert,
    reasons: ruleNames.filter((rule) => alert.rules.includes(rule)),
    credit: { ...countryData, from: alert.country_data_from },
    country: alert.country === null ? null : countryName(alert.country, locale),
  });
}

async function report(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, config, log } = deps;
  const context = requestContext(req);
  const token = tokenOf(req);
  const outcome = token === null ? undefined : await reportAlert(db, context, { config, claim: { token } });
  if (outcome === undefined) {
    renderOver(res);
    return;
  }
  // The schedule does it as well; its time tells nothing here, since whoever has the link knows the address.
  res.once('finish', () => {
    handlePasswordResets(db, context, deps).catch((error: unknown) => {
      log.error({ err: error }, 'a password reset could not be dealt with; the schedule tries again');
    });
  });
  res.setHeader('cache-control', 'no-store');
  res.render('alerts/reported', {
    title: formatOf(res).t('alerts.reportedTitle'),
    isSecured: outcome.isSecured,
    isMailConfigured: config.smtpUrl !== null,
    contact: config.seller.email,
  });
}

function tokenOf(req: Request): string | null {
  const { token } = req.params;
  return typeof token === 'string' && TOKEN.test(token) ? token : null;
}

function renderOver(res: Response): void {
  res.status(410);
  res.render('alerts/over', { title: formatOf(res).t('alerts.overTitle') });
}
