import type { Cursor } from '../db/keyset.ts';
import { type TimedCursor, parseTimedId } from '../db/timed-cursor.ts';

/** A row's number from a path or query. Null for anything else. */
export function parseId(value: unknown): number | null {
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : null;
}

/**
 * Where a page of a list starts. Anything unreadable means the first page. `prefix` tells apart two lists on
 * one page, as in `review_next`.
 */
export function parseCursor(query: Record<string, unknown>, prefix = ''): Cursor {
  return {
    next: parseId(query[`${prefix}next`]) ?? undefined,
    prev: parseId(query[`${prefix}prev`]) ?? undefined,
  };
}

/** Where a page of a list ordered by time starts, from an address that `timedEnds` made. */
export function parseTimedCursor(query: Record<string, unknown>): TimedCursor {
  const [next, prev] = [parseTimedId(query['next']), parseTimedId(query['prev'])];
  return { next: next?.id, prev: prev?.id, near: (next ?? prev)?.near };
}

const SEARCH_MAX = 100;

/** The text of a search field. Null searches for nothing. */
export function parseSearch(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.replaceAll('\0', '').trim().slice(0, SEARCH_MAX);
  return text === '' ? null : text;
}
