import type { Knex } from 'knex';
import { calendarYear, TIME_ZONE } from '../local-calendar.ts';

const YEAR_ENDED = 'The year has ended while a document was numbered';

/** The tables that count, each with one row a year for a series of its own. */
type Counter = 'invoice_counters' | 'reversal_counters' | 'chargeback_counters';

interface GivenNumber {
  year: number;
  number: number;
  issued_at: Date;
}

/** The insert of the document that gets a number, in the same statement. */
interface NumberedInsert {
  /**
   * Selects from `given`, which has the `year`, the `number` and the time `issued_at`, and returns the last
   * two. `:names` are of `values`.
   */
  sql: string;
  values: Record<string, Knex.RawBinding>;
  /** Under which a connection keeps the statement prepared. */
  name: string;
}

/**
 * Gives the next number of a series in the current year, with the time. The series has no gaps, since its
 * counter stays locked until the caller's transaction ends. The time of the request cannot decide the year: a
 * request that waited for the lock may have begun in a year that is over by now.
 */
export async function takeNumber(
  trx: Knex.Transaction,
  counter: Counter,
  notBefore: Date,
): Promise<GivenNumber> {
  return insertNumbered<GivenNumber>(trx, counter, notBefore, {
    sql: 'select year, number, issued_at from given',
    values: {},
    name: `take-number-of-${counter}`,
  });
}

/** The same, and inserts the document: whoever waits for the counter waits for one round trip less. */
export async function insertNumbered<Row extends { issued_at: Date }>(
  trx: Knex.Transaction,
  counter: Counter,
  notBefore: Date,
  document: NumberedInsert,
): Promise<Row> {
  const given = await insertNumberedIn<Row>(trx, counter, {
    year: calendarYear(notBefore),
    notBefore,
    document,
  });
  if (given !== undefined) return given;
  const { rows } = await trx.raw<{ rows: { at: Date }[] }>('select clock_timestamp() as at');
  const year = calendarYear(rows[0]?.at ?? notBefore);
  const later = await insertNumberedIn<Row>(trx, counter, { year, notBefore, document });
  // New Year's midnight passed between two statements. The transaction rolls back, and the gateway notifies
  // again.
  if (later === undefined) throw new Error(YEAR_ENDED);
  return later;
}

/**
 * The next number of `year`, or undefined when that year is over. The database's clock is read after the
 * counter is locked: Postgres locks the conflicting row before it computes the new values.
 */
async function insertNumberedIn<Row extends { issued_at: Date }>(
  trx: Knex.Transaction,
  counter: Counter,
  { year, notBefore, document }: { year: number; notBefore: Date; document: NumberedInsert },
): Promise<Row | undefined> {
  const { rows } = await trx
    .raw<{ rows: Row[] }>(
      `with given as (
       insert into ${counter} as counted (year, last_number, last_issued_at)
       select :year, 1, now_or_later.at
       from (select greatest(:notBefore::timestamptz, clock_timestamp()) as at) as now_or_later
       where extract(year from now_or_later.at at time zone :zone) = :year::integer
       on conflict (year) do update
         set last_number = counted.last_number + 1,
             last_issued_at = greatest(counted.last_issued_at, :notBefore::timestamptz, clock_timestamp())
         where extract(year from greatest(:notBefore::timestamptz, clock_timestamp()) at time zone :zone)
               = :year::integer
       returning year, last_number as number, last_issued_at as issued_at
     )
     ${document.sql}`,
      { ...document.values, year, notBefore, zone: TIME_ZONE },
    )
    .options({ name: document.name });
  const given = rows[0];
  if (given === undefined) return undefined;
  // A number of the old year has been taken, and only a rollback gives it back. The gateway notifies again.
  if (calendarYear(given.issued_at) !== year) throw new Error(YEAR_ENDED);
  return given;
}
