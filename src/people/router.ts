import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import type { AttemptLimits } from '../auth/attempt-limits.ts';
import { createChangeLinkRouter } from './address/change-link-router.ts';
import { createConfirmRouter } from './address/confirm-router.ts';
import { createInvitationRouter } from './invitations/invitation-router.ts';
import { createFactorObjectionRouter } from './lost-factor/objection-router.ts';
import { createPasswordRouter } from './password/password-router.ts';
import { createRecoveryRouter } from './recovery/recovery-router.ts';
import { createRegisterRouter } from './registration/register-router.ts';

/**
 * How people become members (registration of a company, invitations), their passwords, and the confirmation
 * of their addresses. Mounted at `/auth`.
 */
export function createPeopleRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const router = Router();
  router.use(createRegisterRouter(deps, limits));
  router.use(createInvitationRouter(deps));
  router.use(createPasswordRouter(deps, limits));
  router.use(createRecoveryRouter(deps));
  router.use(createFactorObjectionRouter(deps));
  router.use(createConfirmRouter(deps, limits));
  router.use(createChangeLinkRouter(deps, limits));
  return router;
}
