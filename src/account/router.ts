import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requireUser } from '../auth/require-user.ts';
import { NotSignedIn } from '../errors.ts';
import { formatOf } from '../web/page-locals.ts';
import { createBrowserSessionsRouter } from './browser-sessions-router.ts';
import { createDevicesRouter } from './devices-router.ts';
import { createProfileRouter } from './profile-router.ts';
import { findAccount } from './queries.ts';
import { createSignInsRouter } from './sign-ins-router.ts';

/** A signed-in person's own account, for members, admins and operators alike. Mounted at `/account`. */
export function createAccountRouter(deps: AppDeps): Router {
  const router = Router();
  router.use(requireUser);
  router.get('/', async (req, res) => {
    await showAccount(deps, req, res);
  });
  router.use(createProfileRouter(deps));
  router.use(createSignInsRouter(deps));
  router.use(createBrowserSessionsRouter(deps));
  router.use(createDevicesRouter(deps));
  return router;
}

async function showAccount({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const account = req.user === undefined ? undefined : await findAccount(db, req.user.id);
  if (account === undefined) throw new NotSignedIn();
  const { t } = formatOf(res);
  res.render('account/show', { title: t('account.title'), subtitle: t('account.subtitle'), account });
}
