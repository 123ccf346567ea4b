import type { Knex } from 'knex';
import { recordOf } from './fact-record.ts';
import type { OrderFact } from './order-facts.ts';
import type { SessionFact } from './use-facts.ts';

/**
 * The company's sessions that are posted against a payment and had ended by a time, oldest first, each with
 * what falls into the paid time. Their counts do not change any more. A colleague's session shows the use,
 * and no address or browser.
 */
export async function readSessions(db: Knex, order: OrderFact, asOf: Date): Promise<SessionFact[]> {
  const own = (column: string, name: string): Knex.Raw =>
    db.raw(`case when workspace_sessions.user_id = ? then ${column} end as ${name}`, [order.user_id]);
  const rows = await db('payment_deliveries')
    .join('workspace_sessions', (on) => {
      on.on('workspace_sessions.id', 'payment_deliveries.session_id').andOn(
        'workspace_sessions.started_at',
        'payment_deliveries.session_started_at',
      );
    })
    .where('payment_deliveries.payment_id', order.id)
    .where('payment_deliveries.company_id', order.company_id)
    .where('workspace_sessions.ended_at', '<=', asOf)
    .orderBy(['payment_deliveries.from_at', 'workspace_sessions.id'])
    .select<(Omit<SessionFact, 'record' | 'proven_minutes' | 'at_most_minutes'> & { id: number })[]>([
      'workspace_sessions.id',
      'workspace_sessions.workspace_id',
      db.raw('(workspace_sessions.user_id = ?) as is_payer', [order.user_id]),
      'payment_deliveries.from_at as started_at',
      'payment_deliveries.to_at as ended_at',
      'payment_deliveries.proven_seconds',
      'payment_deliveries.at_most_seconds',
      'workspace_sessions.access_method',
      own('host(workspace_sessions.ip_address)', 'ip_address'),
      own('workspace_sessions.user_agent', 'user_agent'),
    ]);
  return rows.map(({ id, ...row }) => ({
    record: recordOf('workspace_session', id),
    ...row,
    proven_minutes: Math.floor(row.proven_seconds / 60),
    at_most_minutes: Math.floor(row.at_most_seconds / 60),
  }));
}
