import type { Knex } from 'knex';
import type { Log } from '../log.ts';
import { listWantedRunning } from './queries.ts';
import type { WorkspaceRuntime } from './runtime.ts';

/** How many programs are brought up at once. */
const AT_ONCE = 4;

/** Brings back what was running when the app was last here: adopts what still lives, starts the rest. Never rejects. */
export async function resumeWorkspaces(
  db: Knex,
  { runtime, log }: { runtime: WorkspaceRuntime; log: Log },
): Promise<void> {
  if (!runtime.isManaged) return;
  try {
    const waiting = await listWantedRunning(db);
    const bringUp = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await runtime.start(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, bringUp));
  } catch (error) {
    log.error({ err: error }, 'workspaces could not be brought back after the start');
  }
}
