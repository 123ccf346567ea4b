import type { Knex } from 'knex';
import { systemContext } from '../../audit/request-context.ts';
import type { Log } from '../../log.ts';
import { endLeftovers } from './end-leftovers.ts';
import { findRunningWorkspace, listRunningWorkspaces, type RunningWorkspace } from './running-workspaces.ts';
import type { WorkspaceRuntime } from '../runtime-types.ts';

/** How many programs are brought up at once. */
const AT_ONCE = 4;

/**
 * Brings back the workspaces that were running when the app last stopped: adopts programs that still live,
 * starts the others, and ends programs that nobody wants any more. A workspace that its company no longer
 * pays for stays down. Never rejects.
 */
export async function resumeWorkspaces(
  db: Knex,
  { runtime, log }: { runtime: WorkspaceRuntime; log: Log },
): Promise<void> {
  if (!runtime.isManaged) return;
  try {
    await endLeftovers(db, systemContext({ name: 'resume-workspaces', at: new Date(), log }), runtime);
    const waiting = (await listRunningWorkspaces(db, new Date())).map(({ id }) => id);
    const bringUp = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await resumeOne(db, runtime, id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, bringUp));
  } catch (error) {
    log.error({ err: error }, 'workspaces could not be brought back after the start');
  }
}

/**
 * Looks again before the start and during it: the workspace may have been stopped, deleted or not paid for
 * since it began to wait.
 */
async function resumeOne(db: Knex, runtime: WorkspaceRuntime, id: number): Promise<void> {
  const findPaidFor = async (): Promise<RunningWorkspace | undefined> => {
    const now = new Date();
    const found = await findRunningWorkspace(db, id, now);
    return found !== undefined && found.opens_until > now ? found : undefined;
  };
  const workspace = await findPaidFor();
  if (workspace === undefined) return;
  await runtime.start(workspace);
  if ((await findPaidFor()) === undefined) await runtime.stop(id);
}
