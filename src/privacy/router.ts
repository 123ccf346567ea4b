import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requireUser } from '../auth/require-user.ts';
import { createOwnDataRouter } from './own-data/own-data-router.ts';
import { createOwnRequestsRouter } from './requests/own-requests-router.ts';

/** `/account/data`: what is held about a person, for members, admins and operators alike. */
export function createPrivacyRouter(deps: AppDeps): Router {
  const router = Router();
  router.use(requireUser);
  router.use(createOwnDataRouter(deps));
  router.use(createOwnRequestsRouter(deps));
  return router;
}
