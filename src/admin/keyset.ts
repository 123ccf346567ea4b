import type { Knex } from 'knex';

/** Rows on one page of people or companies. */
export const PAGE_SIZE = 25;

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

/** The order of a list: SQL expressions of which the last is unique, all in one direction. */
export interface KeysetOrder {
  keys: string[];
  direction: 'asc' | 'desc';
  /** The keys of the row a page starts from, within the same tenant; no row gives an empty page. */
  anchor: (id: number) => Knex.QueryBuilder;
  size: number;
}

/**
 * Reads one page of `query` by keyset: whatever page is asked for costs the same, and rows that arrive meanwhile move
 * nothing. The rows must have an `id`.
 */
export async function readPage<Row extends { id: number }>(
  query: Knex.QueryBuilder,
  order: KeysetOrder,
  { next, prev }: Cursor,
): Promise<Page<Row>> {
  const goesBack = next === undefined && prev !== undefined;
  const isDescending = (order.direction === 'desc') !== goesBack;
  const from = next ?? prev;
  if (from !== undefined) {
    const tuple = `(${order.keys.join(', ')}) ${isDescending ? '<' : '>'} (?)`;
    void query.whereRaw(tuple, [order.anchor(from)]);
  }
  const direction = isDescending ? 'desc' : 'asc';
  const found = (await query
    .orderByRaw(order.keys.map((key) => `${key} ${direction}`).join(', '))
    .limit(order.size + 1)) as Row[];
  const rows = found.slice(0, order.size);
  if (goesBack) rows.reverse();
  const hasMore = found.length > order.size;
  const hasPrev = goesBack ? hasMore : from !== undefined;
  const hasNext = goesBack || hasMore;
  return {
    rows,
    prevId: hasPrev ? (rows[0]?.id ?? null) : null,
    nextId: hasNext ? (rows.at(-1)?.id ?? null) : null,
  };
}
