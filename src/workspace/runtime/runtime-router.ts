import { Router, type Request, type Response } from 'express';
import type { Knex } from 'knex';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { createRateLimit } from '../../web/rate-limit.ts';
import { requestedWorkspace } from '../requested-workspace.ts';
import { setWorkspaceState, type SetStateOutcome, type WorkspaceAct } from './set-workspace-state.ts';

/** Each one makes or ends a process; nobody needs more by hand. */
const ACTS_PER_MINUTE = 30;

/** Counts what makes or ends a process, or brings a workspace back, for each person. */
export function createRuntimeActsLimit(db: Knex): ReturnType<typeof createRateLimit> {
  return createRateLimit(db, { name: 'workspace-runtime', points: ACTS_PER_MINUTE, durationSeconds: 60 });
}

/** Start, stop and restart of a workspace's program. Mounted in the workspace router. */
export function createRuntimeRouter(deps: WorkspaceDeps): Router {
  const acts = createRuntimeActsLimit(deps.db);
  const router = Router();
  const answer = (act: WorkspaceAct) => async (req: Request, res: Response) => {
    await acts.consume(String(req.user?.id));
    await setState(deps, req, res, act);
  };
  router.post('/:id/start', answer('start'));
  router.post('/:id/stop', answer('stop'));
  router.post('/:id/restart', answer('restart'));
  return router;
}

async function setState(
  { db, runtime }: WorkspaceDeps,
  req: Request,
  res: Response,
  act: WorkspaceAct,
): Promise<void> {
  const outcome = await setWorkspaceState(db, requestContext(req), {
    ...requestedWorkspace(req),
    act,
    runtime,
  });
  redirectWithOutcome(req, res, act, outcome);
}

/** Leads to the page of the workspace, which then says what came of it. */
export function redirectWithOutcome(
  req: Request,
  res: Response,
  act: WorkspaceAct,
  outcome: SetStateOutcome,
): void {
  const { id, name } = outcome.workspace;
  const text: TextKey = outcome.ok ? done[act] : (refusals[outcome.reason] ?? 'workspace.runtimeFailed');
  setFlash(req, outcome.ok ? 'success' : 'danger', formatOf(res).t(text, { name }));
  res.redirect(303, `/workspace/${String(id)}`);
}

const done = {
  start: 'workspace.runtimeStarted',
  stop: 'workspace.runtimeStopped',
  restart: 'workspace.runtimeRestarted',
} satisfies Record<WorkspaceAct, TextKey>;

const refusals: Partial<Record<string, TextKey>> = {
  'cannot-stop': 'workspace.runtimeCannotStop',
  stopped: 'workspace.runtimeStoppedMeanwhile',
  'no-command': 'workspace.runtimeNoCommand',
  'subscription-lapsed': 'workspace.runtimeRefusedLapsed',
  'plan-limit': 'workspace.runtimeRefusedLimit',
  'over-limit': 'workspace.runtimeRefusedOver',
};
