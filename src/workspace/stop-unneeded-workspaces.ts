import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { listRunningWorkspaces, type RunningWorkspace } from './running-workspaces.ts';
import type { StopCause } from './runtime/runtime-types.ts';
import type { WorkspaceRuntime } from './runtime.ts';
import type { Ending } from './session-row.ts';
import { WorkspaceSessionTracker } from './workspace-session-tracker.ts';

const HOUR_MS = 3_600_000;

/** How what is open in it ends. */
const endings = {
  unused: { reason: 'stopped' },
  'subscription-lapsed': { reason: 'revoked', cause: 'lapsed' },
} satisfies Record<StopCause, Ending>;

/**
 * Stops programs that nobody has used for `idleStopHours` (null: never for that), counted from their start or their last active
 * use, and those of companies whose subscription has lapsed. Each leaves an audit row of the system that says why, a
 * failure included. Returns a summary for the job list.
 */
export async function stopUnneededWorkspaces(
  db: Knex,
  context: RequestContext,
  { runtime, idleStopHours }: { runtime: WorkspaceRuntime; idleStopHours: number | null },
): Promise<string> {
  if (!runtime.isManaged) return 'workspaces run elsewhere';
  await context.recorders?.activityBuffer?.flush();
  await context.recorders?.trafficBuffer?.flush();
  let stopped = 0;
  for (const workspace of await listRunningWorkspaces(db)) {
    const because = findStopCause(workspace, context.at, idleStopHours);
    if (because === null || !(await noteStop(db, context, workspace, because))) continue;
    await carryOut(db, context, { workspace, because, runtime });
    stopped += 1;
  }
  return `stopped ${String(stopped)}`;
}

function findStopCause(
  workspace: RunningWorkspace,
  at: Date,
  idleStopHours: number | null,
): StopCause | null {
  if (workspace.paid_until <= at) return 'subscription-lapsed';
  if (idleStopHours === null) return null;
  const lastUse = Math.max(
    workspace.wanted_running_since.getTime(),
    workspace.last_active_at?.getTime() ?? 0,
  );
  return at.getTime() - lastUse >= idleStopHours * HOUR_MS ? 'unused' : null;
}

/** False when somebody stopped or started it since it was read: what they asked for holds. */
async function noteStop(
  db: Knex,
  context: RequestContext,
  workspace: RunningWorkspace,
  because: StopCause,
): Promise<boolean> {
  const { id, company_id, wanted_running_since } = workspace;
  return db.transaction(async (trx) => {
    const noted = await trx('workspaces')
      .where({ id, company_id, wanted_running_since })
      .update({ wanted_running_since: null, stopped_because: because });
    if (noted === 0) return false;
    const ending = { workspaceId: id, ...endings[because] };
    await WorkspaceSessionTracker.endSessionsOfWorkspace(trx, context, ending);
    return true;
  });
}

async function carryOut(
  db: Knex,
  context: RequestContext,
  input: { workspace: RunningWorkspace; because: StopCause; runtime: WorkspaceRuntime },
): Promise<void> {
  const { workspace, because, runtime } = input;
  const fault = await runtime.stop(workspace.id).then(
    () => null,
    (error: unknown) => error,
  );
  if (fault !== null)
    context.log.error({ err: fault, workspaceId: workspace.id }, 'a program could not be stopped');
  await AuditLogger.logWorkspaceRuntime(db, context, 'workspace_stop', {
    success: fault === null,
    workspaceId: workspace.id,
    companyId: workspace.company_id,
    userId: workspace.owner_user_id,
    details: {
      name: workspace.name,
      port: workspace.port,
      because,
      last_active_at: workspace.last_active_at,
    },
    ...(fault === null ? {} : { reason: 'cannot-stop' }),
  });
}
