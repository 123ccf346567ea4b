import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { WorkspaceRuntime } from '../runtime-types.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';
import { stopWithRow } from './end-leftovers.ts';
import { listRunningWorkspaces } from './running-workspaces.ts';

/**
 * Measures the disk of each running workspace, and stops those that take more than they may, before the disk
 * of everybody is full. Nothing is removed. Each leaves an audit row of the system, and its sessions end as
 * `stopped` with the cause `disk-full`.
 */
export async function stopFullWorkspaces(
  db: Knex,
  context: RequestContext,
  { runtime }: { runtime: WorkspaceRuntime },
): Promise<{ stopped: number } | { elsewhere: true }> {
  if (!runtime.isManaged) return { elsewhere: true };
  let stopped = 0;
  for (const workspace of await listRunningWorkspaces(db)) {
    await runtime.measureDisk(workspace.id);
    if (runtime.diskUse(workspace.id)?.isFull !== true) continue;
    if (!(await noteStop(db, context, workspace.id))) continue;
    await stopWithRow(db, context, { workspace, runtime, because: 'disk-full' });
    stopped += 1;
  }
  return { stopped };
}

/** False when somebody else has stopped it meanwhile. */
async function noteStop(db: Knex, context: RequestContext, id: number): Promise<boolean> {
  return db.transaction(async (trx) => {
    const changed = await trx('workspaces')
      .where({ id })
      .whereNotNull('wanted_running_since')
      .update({ wanted_running_since: null, stopped_because: 'disk-full' });
    if (changed === 0) return false;
    const ending = { workspaceId: id, reason: 'stopped', cause: 'disk-full' } as const;
    await WorkspaceSessionTracker.endSessionsOfWorkspace(trx, context, ending);
    return true;
  });
}
