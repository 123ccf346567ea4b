import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import type { Authenticator } from './passport.ts';
import { createSignInRouter } from './sign-in-router.ts';

/** Sign-in and sign-out. Mounted at `/auth`. */
export function createAuthRouter(deps: AppDeps, passport: Authenticator, limits: AttemptLimits): Router {
  const router = Router();
  router.use(createSignInRouter(deps, passport, limits));
  return router;
}
