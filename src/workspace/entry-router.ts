import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import type { Config } from '../config.ts';
import { NotFound } from '../errors.ts';
import { createRateLimit, type RateLimit } from '../web/rate-limit.ts';
import { setContentPolicy } from '../web/security-headers.ts';
import { askedWorkspace } from './activity-router.ts';
import { companyPerson, visibilityOf } from './company-person.ts';
import { doorRules } from './door-rules.ts';
import { isAppLabel, workspaceOrigin } from './host-name.ts';
import { EXCHANGE_PATH } from './host-router.ts';
import { addressWithLabel } from './input.ts';
import { issueTicket } from './issue-ticket.ts';
import { findWorkspaceAt } from './queries.ts';
import { createRuntimeActsLimit, tellOfState } from './runtime-router.ts';
import { setWorkspaceState } from './set-workspace-state.ts';

/** Nobody enters workspaces by hand more often; each ticket is a row of evidence. */
const TICKETS_PER_MINUTE = 60;

/** The way from the app into a workspace's own host, and back from there. Part of the workspace router. */
export function createEntryRouter(deps: AppDeps): Router {
  const { db, config } = deps;
  const tickets = createRateLimit(db, {
    name: 'workspace-enter',
    points: TICKETS_PER_MINUTE,
    durationSeconds: 60,
  });
  const starts = createRuntimeActsLimit(db);
  const router = Router();
  router.get('/at/:label', async (req, res) => {
    const address = addressWithLabel.safeParse(req.params);
    const person = companyPerson(requestContext(req), { isAdmin: req.user?.role === 'admin' });
    const workspace = address.success
      ? await findWorkspaceAt(db, { ...visibilityOf(person), ...address.data })
      : undefined;
    if (workspace === undefined) throw new NotFound();
    res.redirect(303, `/workspace/${String(workspace.id)}`);
  });
  router.post('/:id/enter', async (req, res) => {
    if (config.workspaceDomain === null) throw new NotFound();
    await tickets.consume(String(req.user?.id));
    const asked = askedWorkspace(req);
    if (!(await isUp(deps, req, res, { ...asked, starts }))) return;
    const isReserved = (label: string): boolean => isAppLabel(config, label);
    const outcome = await issueTicket(db, requestContext(req), { ...asked, isReserved });
    res.redirect(
      303,
      outcome.ok
        ? `${workspaceOrigin(config, outcome.label)}${EXCHANGE_PATH}?ticket=${outcome.ticket}`
        : // The page itself says that the subscription has lapsed, and where to renew it.
          `/workspace/${String(asked.workspaceId)}`,
    );
  });
  return router;
}

/** True when there is something to enter: what is stopped is started first. Otherwise the person is told on its page why not. */
async function isUp(
  deps: AppDeps,
  req: Request,
  res: Response,
  { starts, ...asked }: { workspaceId: number; isAdmin: boolean; starts: RateLimit },
): Promise<boolean> {
  const { db, runtime } = deps;
  if (!doorRules(deps).mustRun || runtime.state(asked.workspaceId) === 'running') return true;
  await starts.consume(String(req.user?.id));
  const outcome = await setWorkspaceState(db, requestContext(req), { ...asked, act: 'start', runtime });
  if (!outcome.ok) tellOfState(req, res, 'start', outcome);
  return outcome.ok;
}

/**
 * Lets the form of a workspace's page lead to the workspace's host: browsers check the redirect after a form as well. False
 * when workspaces have none.
 */
export function allowEntryForm(res: Response, config: Config): boolean {
  if (config.workspaceDomain === null) return false;
  setContentPolicy(res, config, { formTarget: workspaceOrigin(config, '*') });
  return true;
}
