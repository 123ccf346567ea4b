import type { Knex } from 'knex';
import { currencies, type Currency } from '../../currency.ts';
import { monthOf, type Month } from '../../month.ts';

/** A month of one currency. `month` is `YYYY-MM`. */
export interface MonthOfMoney {
  month: string;
  currency: Currency;
  charged_minor: number;
  returned_minor: number;
  /** Taken by banks in disputes, less what they gave again; below zero when more came back. */
  charged_back_minor: number;
}

/**
 * So many months up to `last` that have money, oldest first, and the currencies of each in their usual order.
 * Months that are closed are read as they were written, the others from the payments. Reads all companies:
 * for the staff.
 */
export async function listMonthsOfMoney(
  db: Knex,
  { last, count, at }: { last: Month; count: number; at: Date },
): Promise<MonthOfMoney[]> {
  const months = monthsUpTo(last, count, at);
  const closed = await db('finance_months')
    .whereIn(
      'finance_months.month',
      months.map(({ month }) => month),
    )
    .select<MonthOfMoney[]>(
      'finance_months.month',
      'finance_months.currency',
      'finance_months.charged_minor',
      'finance_months.returned_minor',
      'finance_months.charged_back_minor',
    );
  const through = await findLastClosedMonth(db);
  const open = months.filter(({ month }) => through === null || month > through);
  const live: MonthOfMoney[] = [];
  for (const month of open) live.push(...(await sumMonth(db, month)));
  const all = [...closed, ...live].filter(
    (row) => row.charged_minor + row.returned_minor > 0 || row.charged_back_minor !== 0,
  );
  const places = all.map((row) => ({
    row,
    place: `${row.month} ${String(currencies.indexOf(row.currency))}`,
  }));
  return places.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ row }) => row);
}

/** The oldest first. */
function monthsUpTo(last: Month, count: number, at: Date): Month[] {
  const months = [last];
  while (months.length < count) months.unshift(monthOf(months[0]?.previous, at));
  return months;
}

/** The newest month that is closed, as `YYYY-MM`; null before the first. */
export async function findLastClosedMonth(db: Knex): Promise<string | null> {
  const row = await db('finance_months')
    .max('finance_months.month as month')
    .first<{ month: string | null } | undefined>();
  return row?.month ?? null;
}

/**
 * The sums of a month from the payments, refunds and chargebacks, by currency; a currency without any is left
 * out.
 */
export async function sumMonth(db: Knex, { month, from, to }: Month): Promise<MonthOfMoney[]> {
  const { rows } = await db.raw<{ rows: MonthOfMoney[] }>(
    `select :month::text as month, currency, sum(charged)::bigint as charged_minor, sum(returned)::bigint as returned_minor,
       sum(charged_back)::bigint as charged_back_minor
     from (
       select charged_currency as currency, charged_minor as charged, 0 as returned, 0 as charged_back from payments
       where charged_at is not null and charged_at >= :from and charged_at < :to
       union all
       select currency, 0, amount_minor, 0 from refunds
       where state = 'done' and decided_at >= :from and decided_at < :to
       union all
       select currency, 0, 0, case kind when 'taken' then total_minor else -total_minor end from chargebacks
       where issued_at >= :from and issued_at < :to) as money
     group by currency`,
    { month, from, to },
  );
  return rows;
}
