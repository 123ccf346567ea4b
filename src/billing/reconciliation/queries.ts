import type { Knex } from 'knex';
import { paymentColumns, type Payment } from '../queries.ts';
import { PAYOUT_SUMS } from '../finance/newest-payouts.ts';

/** The newest day of which a kind of report is here. Days are texts as `2026-11-30`. */
export async function findNewestReportDay(
  db: Knex,
  kind: 'transactions' | 'payouts' | 'payout_lines',
): Promise<string | null> {
  const row = await db('gateway_reports')
    .where('gateway_reports.kind', kind)
    .first<{ day: string | null } | undefined>(
      db.raw("to_char(max(gateway_reports.to_day), 'YYYY-MM-DD') as day"),
    );
  return row?.day ?? null;
}

/** When the first order was sent to the gateway. Null while there is none. */
export async function findFirstOrderTime(db: Knex): Promise<Date | null> {
  const row = await db('payments')
    .whereNot('payments.status', 'refused')
    .orderBy('payments.id')
    .first<{ created_at: Date } | undefined>('payments.created_at');
  return row?.created_at ?? null;
}

/** The day of the oldest charge that the gateway listed. */
export async function findFirstMovementDay(db: Knex): Promise<string | null> {
  const row = await db('gateway_movements').first<{ day: string | null } | undefined>(
    db.raw("to_char(min(gateway_movements.day), 'YYYY-MM-DD') as day"),
  );
  return row?.day ?? null;
}

/**
 * The days with payouts whose orders are not here, or were asked for before the day was over; and from
 * `changingFrom` on, since a report may correct a sum so long, those whose orders are not the sum. Oldest
 * first.
 */
export async function listPayoutDaysToAsk(
  db: Knex,
  { changingFrom, limit }: { changingFrom: string | null; limit: number },
): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { day: string }[] }>(
    `select to_char(day, 'YYYY-MM-DD') as day
     from (${PAYOUT_SUMS}) as sums
     where is_paid and (
       (differs and day >= :changingFrom::date)
       or not exists (
         select from gateway_reports
         where kind = 'payout_lines' and from_day = day and last_fetched_at >= ${endOfDay('day')}))
     group by day order by day limit :limit`,
    { changingFrom, limit },
  );
  return rows.map(({ day }) => day);
}

/** Charges that the gateway lists and our books do not have, newest first. */
export async function listUnsettledCharges(db: Knex, limit: number): Promise<Payment[]> {
  return db('payments')
    .whereIn(
      'payments.id',
      db('gateway_movements').where('gateway_movements.kind', 'sale').select('gateway_movements.payment_id'),
    )
    .whereNull('payments.charged_at')
    .orderBy('payments.id', 'desc')
    .limit(limit)
    .select<Payment[]>(paymentColumns);
}

/** The orders for which the gateway lists more money given back than our books have, newest first. */
export async function listUnbookedReturns(db: Knex, limit: number): Promise<string[]> {
  return db('gateway_movements')
    .join('payments', 'payments.id', 'gateway_movements.payment_id')
    .where('gateway_movements.kind', 'return')
    .whereNotNull('payments.charged_at')
    .groupBy('payments.id')
    .havingRaw(
      `sum(gateway_movements.paid_minor) > coalesce((
        select sum(refunds.amount_minor) from refunds
        where refunds.payment_id = payments.id and refunds.state = 'done'), 0)`,
    )
    .orderBy('payments.id', 'desc')
    .limit(limit)
    .pluck('payments.merchant_oid');
}

/** The end of a day column where the gateway counts days, as an SQL expression. */
function endOfDay(column: string): string {
  return `(${column} + 1)::timestamp at time zone 'Europe/Istanbul'`;
}

/** The newest report of a kind, and how far it reaches. */
interface NewestReport {
  kind: 'transactions' | 'payouts' | 'payout_lines';
  to_day: string;
  last_fetched_at: Date;
}

/** How far each kind of report reaches. */
export async function listNewestReports(db: Knex): Promise<NewestReport[]> {
  return db('gateway_reports')
    .distinctOn('gateway_reports.kind')
    .orderBy([
      { column: 'gateway_reports.kind' },
      { column: 'gateway_reports.to_day', order: 'desc' },
      { column: 'gateway_reports.last_fetched_at', order: 'desc' },
    ])
    .select<NewestReport[]>(
      'gateway_reports.kind',
      db.raw("to_char(gateway_reports.to_day, 'YYYY-MM-DD') as to_day"),
      'gateway_reports.last_fetched_at',
    );
}
