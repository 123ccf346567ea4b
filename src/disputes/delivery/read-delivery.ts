import type { Knex } from 'knex';
import { TIME_ZONE } from '../../local-calendar.ts';
import { findDeliveryProgress } from './queries.ts';

/**
 * The use of workspaces in the time that one payment paid for, as it was posted. Minutes are whole ones,
 * rounded down. Two sessions of one person at the same time count twice: these are minutes of sessions.
 */
export interface Delivery {
  /** Where the paid time lies now; null when the payment bought none, or it was not posted yet. */
  period: { kind: 'paid' | 'upgrade'; from_at: Date; to_at: Date } | null;
  /** Sessions that reach into the period. */
  sessions: number;
  /** Lower bound: minutes in which the person sent something. */
  proven_minutes: number;
  /** Upper bound: minutes of connection; the whole session where nothing was counted. */
  at_most_minutes: number;
  proven_seconds: number;
  at_most_seconds: number;
  first_use_at: Date | null;
  last_use_at: Date | null;
  /** Days in Istanbul on which a session ran, oldest first. */
  days: DeliveryDay[];
  /**
   * Counted time of sessions over midnight of which nobody can say in which day it was: with it the days add
   * up to the whole. Its upper bound is negative, since each day has all that it may have had.
   */
  over_midnight: { proven_seconds: number; at_most_seconds: number };
  /** Everything that began before is posted. */
  posted_to: Date;
}

/** The bounds of one day; `day` is `YYYY-MM-DD`. */
interface DeliveryDay {
  day: string;
  sessions: number;
  proven_minutes: number;
  at_most_minutes: number;
  proven_seconds: number;
  at_most_seconds: number;
}

type Totals = Pick<
  Delivery,
  'sessions' | 'proven_seconds' | 'at_most_seconds' | 'first_use_at' | 'last_use_at'
>;

/** The use that is posted against a payment. */
export async function readDelivery(db: Knex, { paymentId }: { paymentId: number }): Promise<Delivery> {
  const period = await db('delivery_periods')
    .where({ payment_id: paymentId })
    .first<NonNullable<Delivery['period']> | undefined>('kind', 'from_at', 'to_at');
  const totals = await readTotals(db, paymentId);
  const days = await readDays(db, paymentId);
  const sumOf = (column: 'proven_seconds' | 'at_most_seconds'): number =>
    days.reduce((sum, day) => sum + day[column], 0);
  return {
    period: period ?? null,
    ...totals,
    ...inMinutes(totals),
    days,
    over_midnight: {
      proven_seconds: totals.proven_seconds - sumOf('proven_seconds'),
      at_most_seconds: totals.at_most_seconds - sumOf('at_most_seconds'),
    },
    posted_to: (await findDeliveryProgress(db)).sessions_to,
  };
}

async function readTotals(db: Knex, paymentId: number): Promise<Totals> {
  const row = await db('payment_deliveries')
    .where({ payment_id: paymentId })
    .first<Totals>([
      db.raw('count(*) as sessions'),
      db.raw('coalesce(sum(proven_seconds), 0)::bigint as proven_seconds'),
      db.raw('coalesce(sum(at_most_seconds), 0)::bigint as at_most_seconds'),
      db.raw('min(from_at) as first_use_at'),
      db.raw('max(to_at) as last_use_at'),
    ]);
  return row;
}

/** Cuts each posting at midnight by the rule by which sessions are cut at the ends of a period. */
async function readDays(db: Knex, paymentId: number): Promise<DeliveryDay[]> {
  const { rows } = await db.raw<{ rows: Omit<DeliveryDay, 'proven_minutes' | 'at_most_minutes'>[] }>(
    `select to_char(day, 'YYYY-MM-DD') as day, count(*) as sessions,
       sum(greatest(0, floor(proven_seconds - (whole - inside))))::bigint as proven_seconds,
       sum(least(at_most_seconds, ceil(inside)))::bigint as at_most_seconds
     from payment_deliveries as d
     cross join lateral generate_series(
       date_trunc('day', d.from_at at time zone :zone),
       date_trunc('day', greatest(d.from_at, d.to_at - interval '1 microsecond') at time zone :zone), '1 day'
     ) as day
     cross join lateral (
       select extract(epoch from d.to_at - d.from_at) as whole,
         extract(epoch from least(d.to_at, (day + interval '1 day') at time zone :zone)
           - greatest(d.from_at, day at time zone :zone)) as inside
     ) as cut
     where d.payment_id = :paymentId
     group by day order by day`,
    { zone: TIME_ZONE, paymentId },
  );
  return rows.map((day) => ({ ...day, ...inMinutes(day) }));
}

function inMinutes(seconds: { proven_seconds: number; at_most_seconds: number }): {
  proven_minutes: number;
  at_most_minutes: number;
} {
  return {
    proven_minutes: Math.floor(seconds.proven_seconds / 60),
    at_most_minutes: Math.floor(seconds.at_most_seconds / 60),
  };
}
