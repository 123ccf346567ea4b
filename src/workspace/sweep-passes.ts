import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';

/** Removes tickets and passes that open nothing any more. Returns a summary for the job list. */
export async function sweepPasses(db: Knex, context: RequestContext): Promise<string> {
  const tickets = await db('workspace_tickets').where('expires_at', '<', context.at).delete();
  const passes = await db('workspace_passes')
    .where('expires_at', '<', context.at)
    .orWhereNotExists(
      db('browser_sessions')
        .whereRaw('browser_sessions.sid = workspace_passes.browser_session_id')
        .select(db.raw('1')),
    )
    .delete();
  return `removed ${String(tickets)} tickets, ${String(passes)} passes`;
}
