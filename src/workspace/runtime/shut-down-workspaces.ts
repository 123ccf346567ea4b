import type { Knex } from 'knex';
import { systemContext } from '../../audit/request-context.ts';
import type { Log } from '../../log.ts';
import type { WorkspaceRuntime } from '../runtime-types.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';

/**
 * Closes the runtime because the app stops.
 *
 * 1. Sessions in workspaces that stop with the app end as `app-shutdown`, at their last proof of life.
 * 2. Where workspaces outlive the app no session ends: the people come back to them.
 * 3. Never rejects, since a missing database must not keep the process from stopping. A session that stays
 *    open for that reason ends later as idle.
 */
export async function shutDownWorkspaces(
  db: Knex,
  { runtime, log }: { runtime: WorkspaceRuntime; log: Log },
): Promise<void> {
  try {
    const stopped = await runtime.close();
    const context = systemContext({ name: 'app-shutdown', at: new Date(), log });
    for (const workspaceId of stopped) {
      const input = { workspaceId, reason: 'app-shutdown' } as const;
      await WorkspaceSessionTracker.endSessionsOfWorkspace(db, context, input);
    }
  } catch (error) {
    log.error({ err: error }, 'sessions in workspaces that stopped with the app could not be ended');
  }
}
