import type { Knex } from 'knex';
import { TIME_ZONE } from '../../local-calendar.ts';
import { cutSeconds } from './cut-sql.ts';
import { microseconds, personTime, type PersonTime, type UsePart } from './person-time.ts';
import { findDeliveryProgress } from './queries.ts';

/**
 * The use of workspaces in the time that one payment paid for, as it was posted. Minutes are whole ones,
 * rounded down.
 *
 * 1. `proven` and `at_most` are of sessions, added up: equal to the sum of the sessions to the second.
 * 2. `person_proven` and `person_at_most` are of people: somebody in two sessions at once counts once. These
 *    are claimed.
 */
export interface Delivery extends Minutes, PersonTime {
  /** Where the paid time lies now; null when the payment bought none, or it was not posted yet. */
  period: { kind: 'paid' | 'upgrade'; from_at: Date; to_at: Date } | null;
  /** Sessions that reach into the period. */
  sessions: number;
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

interface Minutes {
  /** Lower bound: minutes in which the person sent something. */
  proven_minutes: number;
  /** Upper bound: minutes of connection; the whole session where nothing was counted. */
  at_most_minutes: number;
  person_proven_minutes: number;
  person_at_most_minutes: number;
}

/** The bounds of one day; `day` is `YYYY-MM-DD`. */
interface DeliveryDay extends Minutes, PersonTime {
  day: string;
  sessions: number;
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
  const totals = {
    ...(await readTotals(db, paymentId)),
    ...personTime(await readParts(db, paymentId)),
  };
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

function readParts(db: Knex, paymentId: number): Promise<UsePart[]> {
  return db('payment_deliveries')
    .where({ payment_id: paymentId })
    .select<UsePart[]>([
      'user_id',
      db.raw(`${microseconds('from_at')} as from_us`),
      db.raw(`${microseconds('to_at')} as to_us`),
      'proven_seconds',
      'at_most_seconds',
    ]);
}

/** The seconds of a posting that fall into a part of it. */
const share = cutSeconds({
  proven: 'proven_seconds',
  atMost: 'at_most_seconds',
  ...{ whole: 'whole', inside: 'inside' },
});

/** Cuts each posting at midnight by the rule by which sessions are cut at the ends of a period. */
async function readDays(db: Knex, paymentId: number): Promise<DeliveryDay[]> {
  const { rows } = await db.raw<{ rows: (UsePart & { day: string })[] }>(
    `select to_char(day, 'YYYY-MM-DD') as day, user_id,
       ${microseconds('part_from')} as from_us,
       ${microseconds('part_to')} as to_us,
       ${share.least} as proven_seconds,
       ${share.most} as at_most_seconds
     from payment_deliveries as d
     cross join lateral generate_series(
       date_trunc('day', d.from_at at time zone :zone),
       date_trunc('day', greatest(d.from_at, d.to_at - interval '1 microsecond') at time zone :zone), '1 day'
     ) as day
     cross join lateral (
       select greatest(d.from_at, day at time zone :zone) as part_from,
         least(d.to_at, (day + interval '1 day') at time zone :zone) as part_to
     ) as part
     cross join lateral (
       select extract(epoch from d.to_at - d.from_at) as whole, extract(epoch from part_to - part_from) as inside
     ) as cut
     where d.payment_id = :paymentId
     order by day`,
    { zone: TIME_ZONE, paymentId },
  );
  return [...new Set(rows.map(({ day }) => day))].map((day) => {
    const parts = rows.filter((row) => row.day === day);
    const sum = (column: 'proven_seconds' | 'at_most_seconds'): number =>
      parts.reduce((total, part) => total + part[column], 0);
    const seconds = {
      ...{ proven_seconds: sum('proven_seconds'), at_most_seconds: sum('at_most_seconds') },
      ...personTime(parts),
    };
    return { day, sessions: parts.length, ...seconds, ...inMinutes(seconds) };
  });
}

/** Seconds as whole minutes. */
export function inMinutes(
  seconds: { proven_seconds: number; at_most_seconds: number } & PersonTime,
): Minutes {
  const whole = (count: number): number => Math.floor(count / 60);
  return {
    proven_minutes: whole(seconds.proven_seconds),
    at_most_minutes: whole(seconds.at_most_seconds),
    person_proven_minutes: whole(seconds.person_proven_seconds),
    person_at_most_minutes: whole(seconds.person_at_most_seconds),
  };
}
