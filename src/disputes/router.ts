import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import type { DownloadSlots } from '../evidence/download-slots.ts';
import { createAcceptRouter } from './desk/accept-router.ts';
import { createAnswerRouter } from './desk/answer-router.ts';
import { createCaseRouter } from './desk/case-router.ts';
import { createReadinessRouter } from './readiness/readiness-router.ts';
import { createDeskRouter } from './desk/desk-router.ts';
import { createExhibitsRouter } from './exhibits/exhibits-router.ts';
import { createPackagesRouter } from './package/packages-router.ts';
import { createOutcomesRouter } from './outcomes/outcomes-router.ts';

/**
 * `/disputes`: the cases of disputed payments. Operators work on those of all companies; a company's admin
 * reads those about its own payments. Mounted at `/admin`, behind `adminScope`.
 */
export function createDisputesRouter(deps: AppDeps, slots: DownloadSlots): Router {
  const router = Router();
  router.use(createPackagesRouter(deps, slots));
  router.use(createDeskRouter(deps));
  // Before the cases, whose address is a number.
  router.use(createReadinessRouter(deps));
  router.use(createOutcomesRouter(deps));
  router.use(createAnswerRouter(deps));
  router.use(createAcceptRouter(deps));
  router.use(createCaseRouter(deps));
  router.use('/disputes/:id/exhibits', createExhibitsRouter(deps));
  return router;
}
