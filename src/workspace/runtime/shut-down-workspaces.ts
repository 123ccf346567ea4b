import type { Knex } from 'knex';
import { systemContext } from '../../audit/request-context.ts';
import type { Log } from '../../log.ts';
import type { WorkspaceRuntime } from '../runtime-types.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';

/**
 * Closes the runtime because the app stops, and ends as `app-shutdown` what was open in the workspaces that
 * stop with it, at its last proof of life. Where they outlive the app nothing ends: their people come back to
 * them. Never rejects, since a database that is away must not keep the process from stopping; what is still
 * open then ends as idle.
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
