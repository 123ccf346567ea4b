import type { Knex } from 'knex';
import type { Log } from '../log.ts';
import { listRunningWorkspaces } from './running-workspaces.ts';
import type { WorkspaceRuntime } from './runtime.ts';

/** How many programs are brought up at once. */
const AT_ONCE = 4;

/**
 * Brings back what was running when the app was last here: adopts what still lives, starts the rest, and ends what lives though
 * nobody wants it any more. What a company no longer pays for stays down. Never rejects.
 */
export async function resumeWorkspaces(
  db: Knex,
  { runtime, log }: { runtime: WorkspaceRuntime; log: Log },
): Promise<void> {
  if (!runtime.isManaged) return;
  try {
    // Before the table is asked: whatever is started from now on is no leftover.
    const recorded = runtime.listRecorded();
    const running = await listRunningWorkspaces(db);
    const waiting = running.filter(({ paid_until }) => paid_until > new Date());
    const wanted = new Set(waiting.map(({ id }) => id));
    await Promise.all(recorded.filter((id) => !wanted.has(id)).map((id) => runtime.stop(id)));
    const bringUp = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await runtime.start(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, bringUp));
  } catch (error) {
    log.error({ err: error }, 'workspaces could not be brought back after the start');
  }
}
