import type { Knex } from 'knex';
import { personTime, type UsePart } from '../delivery/person-time.ts';
import { inMinutes } from '../delivery/read-delivery.ts';
import { recordOf } from './fact-record.ts';
import type { OrderFact } from './order-facts.ts';
import type { FaultFact, SessionFact, SignInFact, UseFact } from './use-facts.ts';

/** Rows of one kind that are read for one payment, the newest: a period is about a month. */
const ROWS_MAX = 5000;

/** The limit must leave out the oldest, never the newest. */
const newestFirst = [
  { column: 'audit_logs.timestamp', order: 'desc' },
  { column: 'audit_logs.id', order: 'desc' },
];

/** The time in which use counts: from the payment, or an earlier begin of its time, to its end. */
interface UseSpan {
  from: Date;
  to: Date;
}

/** The payer's sign-ins in a span, oldest first. */
export async function readSignIns(db: Knex, order: OrderFact, span: UseSpan): Promise<SignInFact[]> {
  const rows = await signIns(db, order, span)
    .where('audit_logs.success', true)
    .select<(Omit<SignInFact, 'record'> & { id: number })[]>([
      'audit_logs.id',
      'audit_logs.timestamp as at',
      db.raw("coalesce(audit_logs.details ->> 'email', '') as email"),
      db.raw('host(audit_logs.ip_address) as ip_address'),
      'audit_logs.user_agent',
      db.raw("audit_logs.details ->> 'method' as method"),
      db.raw("audit_logs.details ->> 'factor' as factor"),
    ]);
  return rows.toReversed().map(({ id, ...row }) => ({ record: recordOf('audit_log', id), ...row }));
}

/** Attempts at the payer's account that were refused in a span, oldest first. */
export async function readRefusedSignIns(
  db: Knex,
  order: OrderFact,
  span: UseSpan,
): Promise<{ record: ReturnType<typeof recordOf>; at: Date; ip_address: string | null }[]> {
  const rows = await signIns(db, order, span)
    .where('audit_logs.success', false)
    .select<{ id: number; at: Date; ip_address: string | null }[]>([
      'audit_logs.id',
      'audit_logs.timestamp as at',
      db.raw('host(audit_logs.ip_address) as ip_address'),
    ]);
  return rows.toReversed().map(({ id, ...row }) => ({ record: recordOf('audit_log', id), ...row }));
}

function signIns(db: Knex, order: OrderFact, { from, to }: UseSpan): Knex.QueryBuilder {
  return db('audit_logs')
    .where({ 'audit_logs.user_id': order.user_id, 'audit_logs.company_id': order.company_id })
    .where('audit_logs.action_type', 'login')
    .whereBetween('audit_logs.timestamp', [from, to])
    .orderBy(newestFirst)
    .limit(ROWS_MAX);
}

/** Programs of the company's workspaces that did not start in a span, oldest first. */
export async function readFaults(db: Knex, order: OrderFact, span: UseSpan): Promise<FaultFact[]> {
  const rows = await db('audit_logs')
    .where('audit_logs.company_id', order.company_id)
    .whereIn('audit_logs.action_type', ['workspace_started', 'workspace_restarted'])
    .where('audit_logs.success', false)
    .whereBetween('audit_logs.timestamp', [span.from, span.to])
    .orderBy(newestFirst)
    .limit(ROWS_MAX)
    .select<(Omit<FaultFact, 'record'> & { id: number })[]>([
      'audit_logs.id',
      'audit_logs.timestamp as at',
      'audit_logs.action_type as action',
      'audit_logs.error_message as reason',
    ]);
  return rows.toReversed().map(({ id, ...row }) => ({ record: recordOf('audit_log', id), ...row }));
}

/** Sessions added up, with the time of people in them. */
export function sumUse(sessions: readonly (SessionFact & UsePart)[]): UseFact {
  const total = (seconds: (session: SessionFact) => number): number =>
    sessions.reduce((sum, session) => sum + seconds(session), 0);
  const ends = sessions.map(({ ended_at }) => ended_at.getTime());
  return {
    sessions: sessions.length,
    ...inMinutes({
      proven_seconds: total(({ proven_seconds }) => proven_seconds),
      at_most_seconds: total(({ at_most_seconds }) => at_most_seconds),
      ...personTime(sessions),
    }),
    first_at: sessions[0]?.started_at ?? null,
    last_at: ends.length === 0 ? null : new Date(ends.reduce((one, other) => Math.max(one, other))),
  };
}
