import type { Knex } from 'knex';
import { Temporal } from 'temporal-polyfill';
import { localTime, TIME_ZONE } from '../../../local-calendar.ts';

interface GivenNumber {
  number: string;
  /** A day such as 2026-11-30. */
  issuedOn: string;
}

/**
 * Gives the next number of our own series, with the day of issue.
 *
 * 1. Numbers have no gaps within a series and a year, because the year's counter stays locked until the
 *    caller's transaction ends.
 * 2. The day is taken under that lock, so a higher number is never of an earlier day.
 * 3. A series that somebody else began this year goes on after the highest number that was entered.
 */
export async function takeLegalNumber(
  trx: Knex.Transaction,
  { prefix, notBefore }: { prefix: string; notBefore: Date },
): Promise<GivenNumber> {
  const today = localTime(notBefore).toPlainDate();
  const given =
    (await takeNumberOf(trx, { prefix, today, year: today.year })) ??
    // The request began in a year that is over by now.
    (await takeNumberOf(trx, { prefix, today, year: today.year + 1 }));
  // The transaction rolls back, and the job tries again in a minute.
  if (given === undefined) throw new Error('The year has ended while a legal invoice was numbered');
  return given;
}

/** The next number of `year`, or undefined when that year is over. */
async function takeNumberOf(
  trx: Knex.Transaction,
  { prefix, today, year }: { prefix: string; today: Temporal.PlainDate; year: number },
): Promise<GivenNumber | undefined> {
  const { rows } = await trx.raw<{ rows: { last_number: number; day: string }[] }>(
    `insert into legal_invoice_counters (prefix, year, last_number, last_issued_on)
     select :prefix, :year::integer, 1 + coalesce((
         select right(max(number), 9)::integer from legal_invoices
         where number between :series || '000000000' and :series || '999999999'
           and ended_as is distinct from 'withdrawn'), 0), now_or_later.day
     from (select greatest(:today::date, (clock_timestamp() at time zone :zone)::date) as day) as now_or_later
     where extract(year from now_or_later.day) = :year::integer
     on conflict on constraint pk_legal_invoice_counters do update
       set last_number = legal_invoice_counters.last_number + 1,
           last_issued_on = greatest(legal_invoice_counters.last_issued_on, :today::date,
                                     (clock_timestamp() at time zone :zone)::date)
       where extract(year from greatest(:today::date, (clock_timestamp() at time zone :zone)::date))
             = :year::integer
     returning last_number, last_issued_on::text as day`,
    { prefix, year, series: `${prefix}${String(year)}`, today: today.toString(), zone: TIME_ZONE },
  );
  const counter = rows[0];
  if (counter === undefined) return undefined;
  const number = `${prefix}${String(year)}${String(counter.last_number).padStart(9, '0')}`;
  return { number, issuedOn: counter.day };
}
