import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { WorkspaceSessionTracker } from '../workspace/sessions/workspace-session-tracker.ts';

/**
 * Records that the person of `context` signs out, and ends the workspace sessions of this browser session.
 */
export async function signOut(db: Knex, context: RequestContext): Promise<void> {
  await db.transaction(async (trx) => {
    await AuditLogger.logLogout(trx, context);
    await WorkspaceSessionTracker.endSessionsOfBrowser(trx, context);
  });
}
