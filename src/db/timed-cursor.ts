import type { Knex } from 'knex';
import type { Cursor, Page } from './keyset.ts';

/**
 * A cursor in a list ordered by time, with the time of its row, so that the row is looked up in one month.
 */
export interface TimedCursor extends Cursor {
  /** The row's time to the millisecond. Undefined: the row is looked for in all months. */
  near?: Date | undefined;
}

/** How far from the stated time the row may be, in milliseconds: a Date has lost the microseconds. */
const NEAR_MS = 1000;

/** `<id>-<milliseconds since 1970>`, or the id alone. */
const TIMED_ID = /^([1-9]\d{0,14})(?:-(-?\d{1,14}))?$/;

/** Reads the text that `timedEnds` wrote, or an id alone. Undefined for anything else. */
export function parseTimedId(value: unknown): { id: number; near: Date | undefined } | undefined {
  const match = typeof value === 'string' ? TIMED_ID.exec(value) : null;
  if (match === null) return undefined;
  return { id: Number(match[1]), near: match[2] === undefined ? undefined : new Date(Number(match[2])) };
}

/** The ends of a page in the form of addresses: a row's number and its time. Null where the list ends. */
export function timedEnds<Row>(
  { rows, prevId, nextId }: Page<Row>,
  timeOf: (row: Row) => Date,
): { prevId: string | null; nextId: string | null } {
  const timed = (id: number | null, row: Row | undefined): string | null =>
    id === null || row === undefined ? null : `${String(id)}-${String(timeOf(row).getTime())}`;
  return { prevId: timed(prevId, rows[0]), nextId: timed(nextId, rows.at(-1)) };
}

/** The rows that a page may start from, limited to the cursor's time. A wrong time finds no row. */
export function nearCursor(
  startsAmong: Knex.QueryBuilder,
  column: string,
  { near }: TimedCursor,
): Knex.QueryBuilder {
  if (near === undefined) return startsAmong;
  const [from, to] = [near.getTime() - NEAR_MS, near.getTime() + NEAR_MS];
  return startsAmong.whereBetween(column, [new Date(from), new Date(to)]);
}
