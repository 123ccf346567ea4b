import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { FullCause, WorkspaceRuntime } from '../runtime-types.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';
import { stopWithRow } from './end-leftovers.ts';
import { listRunningWorkspaces, type RunningWorkspace } from './running-workspaces.ts';

/**
 * Stops workspaces that have run into a limit of their own. Each leaves an audit row of the system, and its
 * sessions end as `stopped` with the cause. Nothing is removed. A plan that has changed gets its limits here.
 *
 * 1. `disk-full`: it takes more of the disk than it may, and must not fill the disk of everybody. One that a
 *    quota bounds cannot, and goes on.
 * 2. `memory-full`: the kernel has ended its program, since the memory of the workspace was used up.
 */
export async function stopFullWorkspaces(
  db: Knex,
  context: RequestContext,
  { runtime }: { runtime: WorkspaceRuntime },
): Promise<{ stopped: number } | { elsewhere: true }> {
  if (!runtime.isManaged) return { elsewhere: true };
  let stopped = 0;
  for (const workspace of await listRunningWorkspaces(db, context.at)) {
    runtime.applyPlan(workspace);
    await runtime.measureDisk(workspace.id);
    const because = await noteStop(db, context, { workspace, runtime });
    if (because === null) continue;
    await stopWithRow(db, context, { workspace, runtime, because });
    stopped += 1;
  }
  return { stopped };
}

function findFullCause(
  runtime: WorkspaceRuntime,
  { id, wanted_running_since }: RunningWorkspace,
): FullCause | null {
  const since = runtime.memoryFullSince(id);
  if (since !== null && since > wanted_running_since) return 'memory-full';
  return runtime.diskUse(id)?.mustStop === true ? 'disk-full' : null;
}

/** Null when it is not full, or when somebody has stopped it or started it anew meanwhile. */
async function noteStop(
  db: Knex,
  context: RequestContext,
  { workspace, runtime }: { workspace: RunningWorkspace; runtime: WorkspaceRuntime },
): Promise<FullCause | null> {
  const { id, wanted_running_since: since } = workspace;
  if (findFullCause(runtime, workspace) === null) return null;
  return db.transaction(async (trx) => {
    // A time that went through JavaScript has lost its microseconds.
    const found = await trx('workspaces')
      .where({ id })
      .whereRaw(`date_trunc('milliseconds', wanted_running_since) = ?`, [since])
      .forUpdate()
      .first<object | undefined>('id');
    const because = found === undefined ? null : findFullCause(runtime, workspace);
    if (because === null) return null;
    await trx('workspaces').where({ id }).update({ wanted_running_since: null, stopped_because: because });
    const ending = { workspaceId: id, reason: 'stopped', cause: because } as const;
    await WorkspaceSessionTracker.endSessionsOfWorkspace(trx, context, ending);
    return because;
  });
}
