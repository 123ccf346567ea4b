import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { DAY_MS } from '../../durations.ts';
import { monthOf, type Month } from '../../month.ts';
import { findLastClosedMonth, sumMonth, type MonthOfMoney } from './months-of-money.ts';

/** A month is closed when it has been over for so long: every request that began in it has ended. */
const CLOSED_AFTER_MS = DAY_MS;

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
  return { month, currency: 'TRY', charged_minor: 0, returned_minor: 0, charged_back_minor: 0 };
}

function nextOf(month: string, at: Date): Month | null {
  const { next } = monthOf(month, at);
  return next === null ? null : monthOf(next, at);
}

async function findFirstMoney(db: Knex): Promise<Date | null> {
  const row = await db('payments')
    .whereNotNull('payments.charged_at')
    .orderBy('payments.charged_at')
    .first<{ charged_at: Date } | undefined>('payments.charged_at');
  return row?.charged_at ?? null;
}
