import type { Knex } from 'knex';
import type { PageRead } from './keyset.ts';

/**
 * How many months beyond the first one each further read reaches. Each reach is about four times the one
 * before: finding rows within n months costs the planning of some 4n, and a search without results ends after
 * five queries.
 */
const REACHES = [1, 4, 16, 64];

/** The time by which a table is partitioned. */
interface MonthlyRead extends PageRead {
  /** Written in the code and never taken from a request. */
  column: string;
  /**
   * No newer row is wanted; null is no limit. The query has the same bound: this value only tells where
   * reading should begin.
   */
  to?: Date | null;
}

/**
 * Reads the rows of an ordered query on a monthly table in windows of months, nearest first, until there are
 * `limit`. Postgres plans each partition that a query may touch with all its indexes, which takes longer than
 * reading a page. The windows join without a gap, and the first and last are open, so rows of any time are
 * found in one order; the clock decides only what is quick.
 */
export async function readByMonths(input: MonthlyRead): Promise<unknown[]> {
  const { query, startKey, isDescending, limit, column, to = null } = input;
  const now = new Date();
  const near = startKey ?? (to !== null && to < now ? to : now);
  // The start of the month that is `reach` months away, by Postgres' count of months: see month_start in the
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
