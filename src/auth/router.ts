import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import type { Authenticator } from './passport.ts';
import { createLockRouter } from './lock/lock-router.ts';
import { createSignInRouter } from './sign-in-router.ts';
import { createSecondStepRouter } from './second-step/router.ts';
import { createStepUpRouter } from './step-up/router.ts';

/** Sign-in, sign-out, and proving once more who one is. Mounted at `/auth`. */
export function createAuthRouter(deps: AppDeps, passport: Authenticator, limits: AttemptLimits): Router {
  const router = Router();
  router.use(createSignInRouter(deps, passport, limits));
  router.use(createSecondStepRouter(deps, limits));
  router.use(createLockRouter(deps));
  router.use(createStepUpRouter(deps));
  return router;
}
