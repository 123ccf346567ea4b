import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { DAY_MS } from '../../durations.ts';

/** A connection by SSH without an open session comes back within this time, if at all, in milliseconds. */
const CONNECTION_MS = DAY_MS;

/**
 * Removes tickets, workspace cookies and SSH connections that open nothing any more. Returns a summary for
 * the job list.
 */
export async function sweepExpiredAccess(
  db: Knex,
  context: RequestContext,
): Promise<{ tickets: number; passes: number; connections: number }> {
  const tickets = await db('workspace_tickets').where('expires_at', '<', context.at).delete();
  const cookies = await db('workspace_passes')
    .where('expires_at', '<', context.at)
    .orWhereNotExists(
      db('browser_sessions')
        .whereRaw('browser_sessions.sid = workspace_passes.browser_session_id')
        .select(db.raw('1')),
    )
    .delete();
  const connections = await db('ssh_connections')
    .where('created_at', '<', new Date(context.at.getTime() - CONNECTION_MS))
    .whereNotExists(
      db('open_workspace_sessions')
        .whereRaw('open_workspace_sessions.session_id = ssh_connections.connection_hash')
        .select(db.raw('1')),
    )
    .delete();
  return { tickets, passes: cookies, connections };
}
