import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { FullCause, WorkspaceRuntime } from '../runtime-types.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';
import { stopWithRow } from './end-leftovers.ts';
import { listRunningWorkspaces } from './running-workspaces.ts';

/**
 * Stops workspaces that have run into a limit of their own. Each leaves an audit row of the system, and its
 * sessions end as `stopped` with the cause. Nothing is removed. A plan that has changed gets its limits here.
 *
 * 1. `disk-full`: it takes more of the disk than it may, and must not fill the disk of everybody.
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
    const because = findFullCause(runtime, workspace.id);
    if (because === null || !(await noteStop(db, context, workspace.id, because))) continue;
    await stopWithRow(db, context, { workspace, runtime, because });
    stopped += 1;
  }
  return { stopped };
}

function findFullCause(runtime: WorkspaceRuntime, id: number): FullCause | null {
  if (runtime.isMemoryFull(id)) return 'memory-full';
  return runtime.diskUse(id)?.isFull === true ? 'disk-full' : null;
}

/** False when somebody else has stopped it meanwhile. */
async function noteStop(db: Knex, context: RequestContext, id: number, because: FullCause): Promise<boolean> {
  return db.transaction(async (trx) => {
    const changed = await trx('workspaces')
      .where({ id })
      .whereNotNull('wanted_running_since')
      .update({ wanted_running_since: null, stopped_because: because });
    if (changed === 0) return false;
    const ending = { workspaceId: id, reason: 'stopped', cause: because } as const;
    await WorkspaceSessionTracker.endSessionsOfWorkspace(trx, context, ending);
    return true;
  });
}
