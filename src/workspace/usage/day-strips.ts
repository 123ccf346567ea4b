import type { Knex } from 'knex';
import { monthDays, sessionSpans, type MonthFilter } from '../sessions/session-spans.ts';

/**
 * When something was used in a day: minutes since midnight in Istanbul, from and to, in order and without
 * overlap.
 */
export interface DayStrip {
  /** `YYYY-MM-DD`. */
  day: string;
  /** Times of sessions whose traffic was counted, and of the other sessions. */
  counted: [number, number][];
  uncounted: [number, number][];
}

interface StripRow {
  day: string;
  is_counted: boolean;
  pieces: [number, number][];
}

/**
 * The times of use for each day of a month with use, cut at midnight. Times of several people or windows that
 * overlap are one piece, so a day has few pieces, however many sessions it had.
 */
export async function listDayStrips(db: Knex, filter: MonthFilter): Promise<DayStrip[]> {
  const rows: StripRow[] = await db
    .with('days', monthDays(db, filter.month))
    .with('spans', sessionSpans(db, filter))
    .with('pieces', (query) =>
      query
        .from('spans')
        .joinRaw('join days on span_from < to_at and (span_to > from_at or span_from >= from_at)')
        .select(['day', 'is_counted', ...PIECE.map((sql) => db.raw(sql))]),
    )
    .with('united', (query) =>
      query
        .from('pieces')
        .groupBy(['day', 'is_counted'])
        .select([
          'day',
          'is_counted',
          db.raw('range_agg(int4range(first, greatest(last, first + 1))) as ranges'),
        ]),
    )
    .from('united')
    .orderBy('day')
    .select<StripRow[]>(['day', 'is_counted', db.raw(AS_PAIRS)]);
  const strips = new Map<string, DayStrip>();
  for (const { day, is_counted, pieces } of rows) {
    const strip = strips.get(day) ?? { day, counted: [], uncounted: [] };
    strips.set(day, { ...strip, [is_counted ? 'counted' : 'uncounted']: pieces });
  }
  return [...strips.values()];
}

const PIECE = [
  'floor(extract(epoch from greatest(span_from, from_at) - from_at) / 60)::int as first',
  'ceil(extract(epoch from least(span_to, to_at) - from_at) / 60)::int as last',
];

const AS_PAIRS = `(
  select json_agg(json_build_array(lower(piece), upper(piece)) order by lower(piece)) from unnest(ranges) as piece
) as pieces`;
