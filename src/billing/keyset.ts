import type { Knex } from 'knex';

/** Rows of one page; a list grows by one or two rows a month. */
export const PAGE_SIZE = 10;

/** A place in a list that is sorted by time and id, newest first: the rows after it are older. */
export interface Place {
  at: Date;
  id: number;
}

/** Which page: the newest rows, those older than a place, or those newer than it. */
export type Cursor = { side: 'newest' } | { side: 'older' | 'newer'; place: Place };

/** One page, newest first, with the places to go on from; null where the list ends. */
export interface Page<Row> {
  rows: Row[];
  newer: Place | null;
  older: Place | null;
}

/** Reads one page of `query` by keyset. `columns` are the qualified time and id it is sorted by; `timeKey` is the time in a row. */
export async function pageOf<Row extends { id: number }>(
  query: Knex.QueryBuilder,
  columns: [string, string],
  timeKey: keyof Row,
  cursor: Cursor,
): Promise<Page<Row>> {
  const isBackwards = cursor.side === 'newer';
  const direction = isBackwards ? 'asc' : 'desc';
  if (cursor.side !== 'newest') {
    const { at, id } = cursor.place;
    void query.whereRaw(`(??, ??) ${isBackwards ? '>' : '<'} (?, ?)`, [...columns, at, id]);
  }
  void query.orderBy(columns.map((column) => ({ column, order: direction }))).limit(PAGE_SIZE + 1);
  const found = (await query) as Row[];
  const hasMore = found.length > PAGE_SIZE;
  const rows = isBackwards ? found.slice(0, PAGE_SIZE).reverse() : found.slice(0, PAGE_SIZE);
  const place = (row: Row | undefined): Place | null =>
    row === undefined ? null : { at: row[timeKey] as Date, id: row.id };
  const hasNewer = isBackwards ? hasMore : cursor.side === 'older';
  const hasOlder = isBackwards ? true : hasMore;
  return { rows, newer: hasNewer ? place(rows[0]) : null, older: hasOlder ? place(rows.at(-1)) : null };
}

/** A place as a word of an address: milliseconds since 1970 and the id. */
export function placeText(place: Place): string {
  return `${String(place.at.getTime())}-${String(place.id)}`;
}

/** Reads `placeText`; null for anything else. */
export function parsePlace(text: unknown): Place | null {
  const match = typeof text === 'string' ? /^(\d{1,15})-(\d{1,15})$/.exec(text) : null;
  if (match === null) return null;
  const at = new Date(Number(match[1]));
  return Number.isNaN(at.getTime()) ? null : { at, id: Number(match[2]) };
}
