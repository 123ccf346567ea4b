import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { endLeftovers, stopWithRow } from './end-leftovers.ts';
import { findRunningWorkspace, listRunningWorkspaces, type RunningWorkspace } from './running-workspaces.ts';
import { limitsAt, listOverLimit } from '../over-limit.ts';
import type { FullCause, StopCause, WorkspaceRuntime } from '../runtime-types.ts';
import type { Ending } from '../session-row.ts';
import { sessionBuffer } from '../sessions/session-buffer.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';
import { HOUR_MS } from '../../durations.ts';

/** The causes that are found here. */
type Cause = Exclude<StopCause, FullCause>;

/** How what is open in it ends. */
const endings = {
  unused: { reason: 'stopped' },
  'subscription-lapsed': { reason: 'revoked', cause: 'lapsed' },
  'over-limit': { reason: 'revoked', cause: 'over-limit' },
  'owner-deactivated': { reason: 'revoked', cause: 'deactivated' },
} satisfies Record<Cause, Ending>;

/**
 * Stops programs that should not run, and leaves an audit row of the system for each that says why, also when
 * the stop fails. Returns a summary for the job list.
 *
 * 1. Programs that nobody has used for `idleStopHours`, counted from the start or the last active use; null
 *    switches this off.
 * 2. Programs of companies whose subscription has lapsed.
 * 3. Programs that a smaller plan has no room for (`listOverLimit`).
 * 4. Programs whose owner has no access any more, be it ended by an admin or by the true owner of the address
 *    (`endAccount`), unless somebody else has started them since or has them open.
 * 5. Programs that an interrupted act has left running.
 */
export async function stopUnneededWorkspaces(
  db: Knex,
  context: RequestContext,
  options: { runtime: WorkspaceRuntime; idleStopHours: number | null },
): Promise<{ stopped: number; leftovers: number } | { elsewhere: true }> {
  const { runtime, idleStopHours } = options;
  if (!runtime.isManaged) return { elsewhere: true };
  await sessionBuffer.of(db)?.flush();
  let stopped = 0;
  const running = await listRunningWorkspaces(db, context.at);
  const over = await findOverLimit(db, running, context.at);
  for (const workspace of running) {
    if (findStopCause(workspace, { at: context.at, idleStopHours, over }) === null) continue;
    const because = await noteStop(db, context, { id: workspace.id, idleStopHours });
    if (because === null) continue;
    await stopWithRow(db, context, { workspace, runtime, because });
    stopped += 1;
  }
  const leftovers = await endLeftovers(db, context, runtime);
  return { stopped, leftovers };
}

/** Which of these are over the limits of their companies' plans. */
async function findOverLimit(db: Knex, running: RunningWorkspace[], at: Date): Promise<Set<number>> {
  const limits = new Map(running.map((workspace) => [workspace.company_id, limitsAt(workspace, at)]));
  return new Set(await listOverLimit(db, [...limits.values()]));
}

function findStopCause(
  workspace: RunningWorkspace,
  { at, idleStopHours, over }: { at: Date; idleStopHours: number | null; over: Set<number> },
): Cause | null {
  if (workspace.opens_until <= at) return 'subscription-lapsed';
  if (over.has(workspace.id)) return 'over-limit';
  if (isLeftByOwner(workspace)) return 'owner-deactivated';
  if (idleStopHours === null) return null;
  const lastUse = Math.max(
    workspace.wanted_running_since.getTime(),
    workspace.last_active_at?.getTime() ?? 0,
  );
  return at.getTime() - lastUse >= idleStopHours * HOUR_MS ? 'unused' : null;
}

function isLeftByOwner({
  owner_left_at,
  wanted_running_since,
  is_open_to_others,
}: RunningWorkspace): boolean {
  return owner_left_at !== null && owner_left_at >= wanted_running_since && !is_open_to_others;
}

/**
 * Looks once more, since stopping those before it took its time; null when it is used, paid for, or stopped
 * by now.
 */
async function noteStop(
  db: Knex,
  context: RequestContext,
  { id, idleStopHours }: { id: number; idleStopHours: number | null },
): Promise<Cause | null> {
  await sessionBuffer.of(db)?.flush();
  return db.transaction(async (trx) => {
    await trx('workspaces').where({ id }).forUpdate().first<{ id: number } | undefined>('id');
    const workspace = await findRunningWorkspace(trx, id, context.at);
    const over = await findOverLimit(trx, workspace === undefined ? [] : [workspace], context.at);
    const because =
      workspace === undefined ? null : findStopCause(workspace, { at: context.at, idleStopHours, over });
    if (because === null) return null;
    await trx('workspaces').where({ id }).update({ wanted_running_since: null, stopped_because: because });
    const ending = { workspaceId: id, ...endings[because] };
    await WorkspaceSessionTracker.endSessionsOfWorkspace(trx, context, ending);
    return because;
  });
}
