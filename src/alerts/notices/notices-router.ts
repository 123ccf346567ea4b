import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireUser } from '../../auth/require-user.ts';
import { DAY_MS } from '../../durations.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { handlePasswordResets } from '../../people/password/handle-password-resets.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { endBrowserSession } from '../../web/sessions/start-browser-session.ts';
import { listOwnAlerts } from '../alert-queries.ts';
import { creditOf, describeAlerts } from '../describe-alert.ts';
import { declinableKinds, fixedKinds } from '../notice-kinds.ts';
import { findOpenAlert, reportAlert } from '../report/report-alert.ts';
import { chooseNotices, findDeclined } from './choose-notices.ts';

/** Alerts of so many days are shown to the person whom they are about. */
const OWN_DAYS = 90;

/** Which mails a person gets, and the alerts about the own account. Mounted at `/account`. */
export function createNoticesRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/notifications', requireUser, (req, res) => showNotices(deps, req, res));
  router.post('/notifications', requireUser, (req, res) => choose(deps, req, res));
  router.get('/alerts/:id/not-me', requireUser, (req, res) => askNotMe(deps, req, res));
  router.post('/alerts/:id/not-me', requireUser, (req, res) => reportOwn(deps, req, res));
  return router;
}

async function showNotices({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const user = userOf(req);
  const { t, locale } = formatOf(res);
  const since = new Date(req.receivedAt.getTime() - OWN_DAYS * DAY_MS);
  const alerts = await listOwnAlerts(db, { userId: user.id, since });
  res.render('alerts/notices', {
    title: t('alerts.noticesTitle'),
    fixed: fixedKinds,
    kinds: user.role === 'admin' ? declinableKinds : [],
    declined: await findDeclined(db, user.id),
    alerts: describeAlerts(alerts, locale),
    credit: creditOf(alerts),
    days: OWN_DAYS,
  });
}

async function choose({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const declined = declinableKinds.filter((kind) => body[kind] !== 'on');
  await chooseNotices(db, requestContext(req), { userId: userOf(req).id, declined });
  setFlash(req, 'success', formatOf(res).t('alerts.noticesSaved'));
  res.redirect(303, '/account/notifications');
}

async function askNotMe({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const alert = await findOpenAlert(db, requestContext(req), claimOf(req));
  if (alert === undefined) throw new NotFound();
  const title = formatOf(res).t('alerts.ownNotMeTitle');
  res.render('alerts/own-not-me', { title, alert });
}

async function reportOwn(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, config, log } = deps;
  const context = requestContext(req);
  const outcome = await reportAlert(db, context, { config, claim: claimOf(req) });
  if (outcome === undefined) throw new NotFound();
  res.once('finish', () => {
    handlePasswordResets(db, context, deps).catch((error: unknown) => {
      log.error({ err: error }, 'a password reset could not be dealt with; the schedule tries again');
    });
  });
  await endBrowserSession(req, res, config);
  res.redirect(303, '/auth/forgot');
}

function claimOf(req: Request): { alertId: number; userId: number } {
  const alertId = parseId(req.params.id);
  if (alertId === null) throw new NotFound();
  return { alertId, userId: userOf(req).id };
}

function userOf(req: Request): Express.User {
  if (req.user === undefined) throw new NotSignedIn();
  return req.user;
}
