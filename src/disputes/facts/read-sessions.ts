import type { Knex } from 'knex';
import { sessionBoundsSql } from '../../workspace/sessions/session-bounds.ts';
import { recordOf } from './fact-record.ts';
import type { OrderFact, SessionFact } from './payment-facts.ts';
import type { UseSpan } from './read-use.ts';

const bounds = sessionBoundsSql('workspace_sessions');

/**
 * The company's sessions that began in a span and had ended by its end, oldest first. Their counts do not
 * change any more. A colleague's session shows the use, and no address or browser.
 */
export async function readSessions(db: Knex, order: OrderFact, span: UseSpan): Promise<SessionFact[]> {
  const own = (column: string, name: string): Knex.Raw =>
    db.raw(`case when workspace_sessions.user_id = ? then ${column} end as ${name}`, [order.user_id]);
  const rows = await db('workspace_sessions')
    .where('workspace_sessions.company_id', order.company_id)
    .where('workspace_sessions.started_at', '>=', span.from)
    .where('workspace_sessions.started_at', '<', span.to)
    .where('workspace_sessions.ended_at', '<=', span.to)
    .orderBy(['workspace_sessions.started_at', 'workspace_sessions.id'])
    .select<(Omit<SessionFact, 'record'> & { id: number })[]>([
      'workspace_sessions.id',
      'workspace_sessions.workspace_id',
      db.raw('(workspace_sessions.user_id = ?) as is_payer', [order.user_id]),
      'workspace_sessions.started_at',
      'workspace_sessions.ended_at',
      db.raw(`(${bounds.active_seconds}) / 60 as proven_minutes`),
      db.raw(`(${bounds.connected_seconds}) / 60 as at_most_minutes`),
      'workspace_sessions.access_method',
      own('host(workspace_sessions.ip_address)', 'ip_address'),
      own('workspace_sessions.user_agent', 'user_agent'),
    ]);
  return rows.map(({ id, ...row }) => ({ record: recordOf('workspace_session', id), ...row }));
}
