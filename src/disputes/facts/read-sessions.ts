import type { Knex } from 'knex';
import { microseconds, type UsePart } from '../delivery/person-time.ts';
import { recordOf } from './fact-record.ts';
import type { OrderFact } from './order-facts.ts';
import { sumUse } from './read-use.ts';
import type { SessionFact, UseFact } from './use-facts.ts';

/**
 * The company's sessions that are posted against a payment and had ended by a time, oldest first, each with
 * what falls into the paid time. Their counts do not change any more. A colleague's session shows the use,
 * and no address or browser. Returns with them the use of everybody, and that of the payer.
 */
export async function readSessions(
  db: Knex,
  order: OrderFact,
  asOf: Date,
): Promise<{ sessions: SessionFact[]; use: { all: UseFact; payer: UseFact } }> {
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
    .select<SessionRow[]>([
      'workspace_sessions.id',
      'workspace_sessions.user_id',
      'workspace_sessions.workspace_id',
      db.raw(`${microseconds('payment_deliveries.from_at')} as from_us`),
      db.raw(`${microseconds('payment_deliveries.to_at')} as to_us`),
      db.raw('(workspace_sessions.user_id = ?) as is_payer', [order.user_id]),
      'payment_deliveries.from_at as started_at',
      'payment_deliveries.to_at as ended_at',
      'payment_deliveries.proven_seconds',
      'payment_deliveries.at_most_seconds',
      'workspace_sessions.access_method',
      own('host(workspace_sessions.ip_address)', 'ip_address'),
      own('workspace_sessions.user_agent', 'user_agent'),
    ]);
  const read = rows.map(({ id, ...row }) => ({
    record: recordOf('workspace_session', id),
    ...row,
    proven_minutes: Math.floor(row.proven_seconds / 60),
    at_most_minutes: Math.floor(row.at_most_seconds / 60),
  }));
  return {
    // The number of a colleague is of no use to a bank.
    sessions: read.map(({ user_id: _user, from_us: _from, to_us: _to, ...session }) => session),
    use: { all: sumUse(read), payer: sumUse(read.filter(({ is_payer }) => is_payer)) },
  };
}

type SessionRow = Omit<SessionFact, 'record' | 'proven_minutes' | 'at_most_minutes'> &
  UsePart & { id: number };
