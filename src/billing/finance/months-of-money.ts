import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Currency } from '../../currency.ts';
import { DAY_MS } from '../../durations.ts';
import { monthOf, type Month } from '../../month.ts';

/** A month of one currency. `month` is `YYYY-MM`. */
export interface MonthOfMoney {
  month: string;
  currency: Currency;
  charged_minor: number;
  returned_minor: number;
}

/** A month is closed when it has been over for so long: every request that began in it has ended. */
const CLOSED_AFTER_MS = DAY_MS;

/**
 * So many months up to `last` that have money, oldest first. Months that are closed are read as they were
 * written, the others from the payments. Reads all companies: for the staff.
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
    );
  const through = await findLastClosedMonth(db);
  const open = months.filter(({ month }) => through === null || month > through);
  const live: MonthOfMoney[] = [];
  for (const month of open) live.push(...(await sumMonth(db, month)));
  const all = [...closed, ...live].filter((row) => row.charged_minor + row.returned_minor > 0);
  return all.sort((a, b) => (a.month + a.currency < b.month + b.currency ? -1 : 1));
}

/**
 * Writes the sums of the months that are over, the oldest first, and returns how many. A month without money
 * is written too, with nothing, so that each is closed once. Several processes may run this at once.
 */
export async function closeMonths(db: Knex, context: RequestContext): Promise<number> {
  const first = await findFirstMoney(db);
  if (first === null) return 0;
  const through = await findLastClosedMonth(db);
  let written = 0;
  let month = through === null ? monthOf(undefined, first) : nextOf(through, context.at);
  while (month !== null && month.to.getTime() + CLOSED_AFTER_MS <= context.at.getTime()) {
    const sums = await sumMonth(db, month);
    const rows = sums.length > 0 ? sums : [emptyMonth(month)];
    await db('finance_months')
      .insert(rows.map((row) => ({ ...row, closed_at: context.at })))
      .onConflict(['month', 'currency'])
      .ignore();
    written += 1;
    month = nextOf(month.month, context.at);
  }
  return written;
}

function emptyMonth({ month }: Month): MonthOfMoney {
  return { month, currency: 'TRY', charged_minor: 0, returned_minor: 0 };
}

function nextOf(month: string, at: Date): Month | null {
  const { next } = monthOf(month, at);
  return next === null ? null : monthOf(next, at);
}

/** The oldest first. */
function monthsUpTo(last: Month, count: number, at: Date): Month[] {
  const months = [last];
  while (months.length < count) months.unshift(monthOf(months[0]?.previous, at));
  return months;
}

async function findLastClosedMonth(db: Knex): Promise<string | null> {
  const row = await db('finance_months')
    .max('finance_months.month as month')
    .first<{ month: string | null } | undefined>();
  return row?.month ?? null;
}

async function findFirstMoney(db: Knex): Promise<Date | null> {
  const row = await db('payments')
    .whereNotNull('payments.charged_at')
    .orderBy('payments.charged_at')
    .first<{ charged_at: Date } | undefined>('payments.charged_at');
  return row?.charged_at ?? null;
}

async function sumMonth(db: Knex, { month, from, to }: Month): Promise<MonthOfMoney[]> {
  const { rows } = await db.raw<{ rows: MonthOfMoney[] }>(
    `select :month::text as month, currency, sum(charged)::bigint as charged_minor, sum(returned)::bigint as returned_minor
     from (
       select currency, charged_minor as charged, 0 as returned from payments
       where charged_at is not null and charged_at >= :from and charged_at < :to
       union all
       select currency, 0, amount_minor from refunds
       where state = 'done' and decided_at >= :from and decided_at < :to) as money
     group by currency`,
    { month, from, to },
  );
  return rows;
}
