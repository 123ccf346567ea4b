import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { readDeviceToken, rememberDeviceToken } from '../../web/sessions/device-cookie.ts';
import { openLock, openLockLink } from './open-lock.ts';

/** The secret of a link in a mail: 32 random bytes. */
const SECRET = /^[\w-]{43}$/;

/** The link of a mail that opens a lock after wrong passwords. Mounted at `/auth`. */
export function createLockRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/unlock/:token', async (req, res) => {
    const { token } = req.params;
    const opened = SECRET.test(token)
      ? await openLockLink(deps.db, requestContext(req), token)
      : ({ state: 'unknown' } as const);
    if (opened.state === 'open') {
      res.setHeader('cache-control', 'no-store');
      res.render('auth/unlock', { title: formatOf(res).t('lock.openTitle'), email: opened.email });
    } else renderProblem(res, opened.state);
  });
  router.post('/unlock/:token', (req, res) => openFromForm(deps, req, res));
  return router;
}

async function openFromForm({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const token = String(req.params.token);
  const outcome = SECRET.test(token)
    ? await openLock(db, requestContext(req), { token, deviceToken: readDeviceToken(req, config) })
    : ({ ok: false, reason: 'unknown' } as const);
  if (!outcome.ok) {
    renderProblem(res, outcome.reason);
    return;
  }
  rememberDeviceToken(res, config, outcome.deviceToken);
  setFlash(req, 'success', formatOf(res).t('lock.opened'));
  res.redirect(303, '/auth/login');
}

function renderProblem(res: Response, problem: 'over' | 'unknown'): void {
  const { t } = formatOf(res);
  const title = t(`lock.${problem}Title`);
  res.status(problem === 'over' ? 410 : 404).render('auth/unlock-over', { title });
}
