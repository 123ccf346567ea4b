import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { createIncidentsRouter } from './incidents/incidents-router.ts';
import { createOverviewRouter } from './overview/overview-router.ts';
import { createRulesRouter } from './settings/rules-router.ts';

/** Alerts, incidents and rules of a company, for its admins and for operators. Mounted at `/admin/alerts`. */
export function createAlertsRouter(deps: AppDeps): Router {
  const router = Router();
  router.use(createOverviewRouter(deps));
  router.use(createIncidentsRouter(deps));
  router.use(createRulesRouter(deps));
  return router;
}
