import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { listBrowserSessions } from '../auth/browser-sessions/queries.ts';
import {
  revokeBrowserSession,
  revokeOtherBrowserSessions,
} from '../auth/browser-sessions/revoke-browser-sessions.ts';
import { DAY_MS } from '../durations.ts';
import { NotFound, NotSignedIn } from '../errors.ts';
import { deviceName } from '../web/sessions/device-name.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { SESSION_MAX_DAYS } from '../web/sessions/browser-session.ts';

/** `/account/browsers`: where a person is signed in, and signing out there. */
export function createBrowserSessionsRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/browsers', async (req, res) => {
    await show(deps, req, res, 'account/browsers');
  });
  router.get('/browsers/others', async (req, res) => {
    await show(deps, req, res, 'account/browsers-others');
  });
  router.post('/browsers/others', async (req, res) => {
    await revokeOthers(deps, req, res);
  });
  router.post('/browsers/:sid/revoke', async (req, res) => {
    await revokeOne(deps, req, res);
  });
  return router;
}

async function show({ db }: AppDeps, req: Request, res: Response, view: string): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const format = formatOf(res);
  const at = req.receivedAt;
  const since = new Date(at.getTime() - SESSION_MAX_DAYS * DAY_MS);
  const rows = await listBrowserSessions(db, { userId: req.user.id, since, at });
  const browsers = rows.map((row) => ({
    ...row,
    device: deviceName(row.user_agent, format),
    isThis: row.sid === req.browserSessionHash,
  }));
  res.render(view, {
    title: format.t(view === 'account/browsers' ? 'account.browsers' : 'account.othersTitle'),
    browsers,
    others: browsers.filter(({ isThis }) => !isThis),
    maxDays: SESSION_MAX_DAYS,
  });
}

async function revokeOne({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const { sid } = req.params;
  if (typeof sid !== 'string' || !/^[0-9a-f]{64}$/.test(sid)) throw new NotFound();
  const { t } = formatOf(res);
  if (sid === req.browserSessionHash) {
    setFlash(req, 'info', t('account.browserIsThis'));
  } else {
    const isRevoked = await revokeBrowserSession(db, requestContext(req), { userId: req.user.id, sid });
    if (!isRevoked) throw new NotFound();
    setFlash(req, 'success', t('account.browserRevoked'));
  }
  res.redirect(303, '/account/browsers');
}

async function revokeOthers({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const { count, version } = await revokeOtherBrowserSessions(db, requestContext(req), {
    userId: req.user.id,
  });
  // The session of this request is saved at its end, with the number by which it goes on.
  req.session.version = version;
  setFlash(req, 'success', formatOf(res).t('account.othersRevoked', { count }));
  res.redirect(303, '/account/browsers');
}
