import type { Knex } from 'knex';

/** Where a page starts: just after (`next`) or just before (`prev`) the row with that id. Neither: at the top. */
export interface Cursor {
  next?: number | undefined;
  prev?: number | undefined;
}

/** One page of a list, and the ids from which the pages beside it start; null where the list ends. */
export interface Page<Row> {
  rows: Row[];
  prevId: number | null;
  nextId: number | null;
}

/** The order of a list, and how much of it is a page. */
export interface KeysetOrder {
  /** SQL expressions, written in the code and never sent by anybody; the last is the row's unique id. */
  keys: string[];
  /** One direction for all keys, so that one index read either way serves them. */
  direction: 'asc' | 'desc';
  /** The rows a page may start from, within the tenant; any other id gives an empty page. */
  startsAmong: Knex.QueryBuilder;
  size: number;
}

/**
 * Reads one page of `query` by keyset: whatever page is asked for costs the same, and rows that arrive meanwhile move
 * nothing. Postgres compares with the row itself: a time that went through JavaScript has lost its microseconds.
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
  if (startId !== undefined) {
    const tuple = `(${order.keys.join(', ')}) ${isDescending ? '<' : '>'} ?`;
    void query.whereRaw(tuple, [startOf(db, order, startId)]);
  }
  const direction = isDescending ? 'desc' : 'asc';
  // One row more than asked for tells that there is more.
  const found = (await query
    .orderByRaw(order.keys.map((key) => `${key} ${direction}`).join(', '))
    .limit(order.size + 1)) as Row[];
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

/** The keys of the row a page starts from. */
function startOf(db: Knex, { keys, startsAmong }: KeysetOrder, id: number): Knex.QueryBuilder {
  return startsAmong.whereRaw(`${keys.at(-1) ?? 'id'} = ?`, [id]).select(keys.map((key) => db.raw(key)));
}
