import type { Knex } from 'knex';
import type { PageRead } from './keyset.ts';

/**
 * Months by which a reading goes beyond the month it starts in before it goes on: each about four times as
 * far, so that rows within n months cost the planning of some 4n of them, and what matches nothing is known
 * after five queries.
 */
const REACHES = [1, 4, 16, 64];

/** The time by which a table is partitioned. */
interface MonthlyRead extends PageRead {
  /** Written in the code and never sent by anybody. */
  column: string;
  /**
   * Nothing newer is asked for; null is no limit. The query says so too: this only tells where it is worth
   * beginning.
   */
  to?: Date | null;
}

/**
 * Reads the rows of an ordered query on a monthly table in windows of months, nearest first, until there are
 * `limit`: Postgres plans each partition that a query may touch with all its indexes, which takes longer than
 * reading a page. The windows join without a gap and the first and the last are open, so that rows of any
 * time are found, in one order. The clock decides what is quick, never what is found.
 */
export async function readByMonths(input: MonthlyRead): Promise<unknown[]> {
  const { query, startKey, isDescending, limit, column, to = null } = input;
  const now = new Date();
  const near = startKey ?? (to !== null && to < now ? to : now);
  // The start of the month that is so many months away, as Postgres counts months: see month_start in the
  // migrations.
  const edge = (reach: number): [Knex.Value, number] => [near, isDescending ? -reach : reach + 1];
  const [within, beyond] = isDescending ? ['>=', '<'] : ['<', '>='];
  const found: unknown[] = [];
  for (let n = 0; n <= REACHES.length && found.length < limit; n += 1) {
    const [passed, reach] = [REACHES[n - 1], REACHES[n]];
    const window = query.clone().limit(limit - found.length);
    if (passed !== undefined)
      void window.whereRaw(`${column} ${beyond} month_start(?::timestamptz, ?::int)`, edge(passed));
    if (reach !== undefined)
      void window.whereRaw(`${column} ${within} month_start(?::timestamptz, ?::int)`, edge(reach));
    found.push(...((await window) as unknown[]));
  }
  return found;
}
