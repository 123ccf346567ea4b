import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { createAccessTokenRouter } from './access-token-router.ts';
import { createProofRouter } from './proof/proof-router.ts';
import { createSshKeyRouter } from './ssh-key-router.ts';

/** A person's own access tokens and SSH keys. Mounted at `/auth`. */
export function createCredentialsRouter(deps: AppDeps): Router {
  const router = Router();
  router.use(createAccessTokenRouter(deps));
  router.use(createSshKeyRouter(deps));
  router.use(createProofRouter(deps));
  return router;
}
