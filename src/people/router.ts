import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import type { AttemptLimits } from '../auth/attempt-limits.ts';
import { createInvitationRouter } from './invitations/invitation-router.ts';
import { createPasswordRouter } from './password/password-router.ts';
import { createRegisterRouter } from './register-router.ts';

/**
 * How people become members (registration of a company, invitations), and their passwords. Mounted at
 * `/auth`.
 */
export function createPeopleRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const router = Router();
  router.use(createRegisterRouter(deps, limits));
  router.use(createInvitationRouter(deps));
  router.use(createPasswordRouter(deps, limits));
  return router;
}
