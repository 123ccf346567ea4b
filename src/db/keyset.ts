import type { Knex } from 'knex';

/** Rows on one page of a list that has its page to itself. */
export const PAGE_SIZE = 25;

/** Rows on one page of a list that shares its page with others. */
export const SHORT_PAGE_SIZE = 10;

/**
 * Where a page starts: just after (`next`) or just before (`prev`) the row with that id. Without either, at
 * the top.
 */
export interface Cursor {
  next?: number | undefined;
  prev?: number | undefined;
}

/** A page of a list, and the ids from which the pages beside it start. Null where the list ends. */
export interface Page<Row> {
  rows: Row[];
  prevId: number | null;
  nextId: number | null;
}

/** The order of a list, and the size of a page. */
export interface KeysetOrder {
  /** SQL expressions, written in the code and never taken from a request. The last is the row's unique id. */
  keys: string[];
  /** A single direction for all keys, so that one index read either way serves them. */
  direction: 'asc' | 'desc';
  /** The rows that a page may start from, within the tenant. Any other id gives an empty page. */
  startsAmong: Knex.QueryBuilder;
  size: number;
  /** Reads the rows when one query is not the best way. */
  read?: (page: PageRead) => Promise<unknown[]>;
}

/** The rows to read for a page: a limit on an ordered query, which begins after the row to start from. */
export interface PageRead {
  query: Knex.QueryBuilder;
  /** The first key of the row to start from, as text. Undefined at the top. */
  startKey: string | undefined;
  isDescending: boolean;
  limit: number;
}

/**
 * Reads one page of `query` by keyset: every page costs the same, and new rows move nothing. The keys of the
 * row to start from are read first, so that Postgres knows them when it plans and leaves out months without
 * rows of the page. They are read as text, since a time loses its microseconds in JavaScript.
 */
export async function readPage<Row extends { id: number }>(
  db: Knex,
  query: Knex.QueryBuilder,
  order: KeysetOrder,
  { next, prev }: Cursor,
): Promise<Page<Row>> {
  const goesBack = next === undefined && prev !== undefined;
  const isDescending = (order.direction === 'desc') !== goesBack;
  const startId = next ?? prev;
  const start = startId === undefined ? [] : await findStart(db, order, startId);
  if (start === undefined) return { rows: [], prevId: null, nextId: null };
  if (startId !== undefined) startFrom(query, order, { start, isDescending });
  const direction = isDescending ? 'desc' : 'asc';
  // An extra row shows whether there is another page.
  const limit = order.size + 1;
  void query.orderByRaw(order.keys.map((key) => `${key} ${direction}`).join(', '));
  const { read = readAtOnce } = order;
  const found = (await read({ query, startKey: start[0], isDescending, limit })) as Row[];
  const rows = found.slice(0, order.size);
  if (goesBack) rows.reverse();
  const hasMore = found.length > order.size;
  const hasPrev = goesBack ? hasMore : startId !== undefined;
  const hasNext = goesBack || hasMore;
  return {
    rows,
    prevId: hasPrev ? (rows[0]?.id ?? null) : null,
    nextId: hasNext ? (rows.at(-1)?.id ?? null) : null,
  };
}

async function readAtOnce({ query, limit }: PageRead): Promise<unknown[]> {
  return (await query.limit(limit)) as unknown[];
}

/** The keys of the row that a page starts from, as text. Undefined when there is no such row. */
async function findStart(
  db: Knex,
  { keys, startsAmong }: KeysetOrder,
  id: number,
): Promise<string[] | undefined> {
  const row = await startsAmong
    .whereRaw(`${keys.at(-1) ?? 'id'} = ?`, [id])
    .first<{ start: string[] } | undefined>(
      db.raw(`array[${keys.map((key) => `(${key})::text`).join(', ')}] as start`),
    );
  return row?.start;
}

/**
 * The bound on the first key is implied by the comparison of rows, but only this bound lets Postgres leave
 * out partitions.
 */
function startFrom(
  query: Knex.QueryBuilder,
  { keys }: KeysetOrder,
  { start, isDescending }: { start: string[]; isDescending: boolean },
): void {
  const places = start.map(() => '?').join(', ');
  void query.whereRaw(`(${keys.join(', ')}) ${isDescending ? '<' : '>'} (${places})`, start);
  if (keys.length > 1)
    void query.whereRaw(`${keys[0] ?? ''} ${isDescending ? '<=' : '>='} ?`, start.slice(0, 1));
}
