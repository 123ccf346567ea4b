import type { Knex } from 'knex';
import { timedEnds, type TimedCursor } from '../../db/timed-cursor.ts';
import { listDayStrips, type DayStrip } from './day-strips.ts';
import type { Month } from '../../month.ts';
import { listNamedSessions, type NamedSession, type SessionFilter } from '../sessions/session-queries.ts';
import { countedBounds, sessionBounds, type CountedSeconds } from '../sessions/session-bounds.ts';
import { isInUse } from '../session-row.ts';
import {
  calculateUsage,
  calculateUsageByDay,
  type DayUsage,
  type UsageStats,
} from '../sessions/usage-stats.ts';

/** Minutes of a day; Istanbul has no summer time. */
const DAY_MINUTES = 1440;

/** The most times of a day that are read out; the list of sessions has all of them. */
const TIMES_MAX = 8;

/** A month of sessions, with use by day. */
export interface SessionsPage {
  month: Month;
  /** A moment amid the month, for its name. */
  monthDate: Date;
  total: UsageStats;
  /** Newest first; days without use are left out. */
  days: UsedDay[];
  sessions: SessionEntry[];
  prevId: string | null;
  nextId: string | null;
}

/**
 * A day with its bounds as parts of the busiest day, in percent, and its times in words and as pieces of a
 * strip.
 */
type UsedDay = DayUsage & {
  /** Noon of it, for its name. */
  date: Date;
  connected_percent: number;
  active_percent: number;
  pieces: { x: number; width: number; isCounted: boolean }[];
  /** Such as `09:12–10:40`. */
  times: string[];
  moreTimes: number;
};

/** A session as a row of the list. */
type SessionEntry = NamedSession & {
  counted_seconds: number;
  counted: CountedSeconds;
  is_active: boolean;
  shows_address: boolean;
};

/** The reader of the page: colleagues see that an admin was in a workspace, but not from which address. */
interface Reader {
  userId: number | null;
  seesAddresses: boolean;
}

/**
 * The sessions that began in a month, a page of them, and use by day. The caller has checked what the reader
 * may see.
 */
export async function loadSessionsPage(
  db: Knex,
  input: SessionFilter & { month: Month; page: TimedCursor; at: Date; reader: Reader },
): Promise<SessionsPage> {
  const { month, page, at, reader, ...filter } = input;
  const period = { ...filter, from: month.from, to: month.to };
  const [total, traffic, strips, listed] = await Promise.all([
    calculateUsage(db, period),
    calculateUsageByDay(db, { ...period, month: month.month }),
    listDayStrips(db, { ...period, month: month.month }),
    listNamedSessions(db, { ...period, page }),
  ]);
  return {
    month,
    monthDate: noonOf(`${month.month}-15`),
    total,
    days: describeDays(traffic, strips),
    sessions: listed.rows.map((row) => describeSession(row, reader, at)),
    ...timedEnds(listed, (row) => row.started_at),
  };
}

function describeSession(row: NamedSession, reader: Reader, at: Date): SessionEntry {
  return {
    ...row,
    counted_seconds: sessionBounds(row).length_seconds,
    counted: countedBounds(row),
    is_active: isInUse(row, at),
    shows_address: reader.seesAddresses || row.user_id === reader.userId,
  };
}

function describeDays(traffic: DayUsage[], strips: DayStrip[]): UsedDay[] {
  const most = Math.max(1, ...traffic.map((day) => day.connected_seconds));
  const percent = (seconds: number): number => Math.round((seconds / most) * 1000) / 10;
  return traffic
    .map((day) => ({
      ...day,
      date: noonOf(day.day),
      connected_percent: percent(day.connected_seconds),
      active_percent: percent(day.active_seconds),
      ...describeStrip(strips.find((strip) => strip.day === day.day)),
    }))
    .reverse();
}

function describeStrip(strip: DayStrip | undefined): Pick<UsedDay, 'pieces' | 'times' | 'moreTimes'> {
  const pieces = (['uncounted', 'counted'] as const).flatMap((kind) =>
    (strip?.[kind] ?? []).map(([from, to]) => ({ from, to, isCounted: kind === 'counted' })),
  );
  const times = pieces
    .toSorted((a, b) => a.from - b.from)
    .map(({ from, to }) => `${clock(from)}–${clock(to)}`);
  return {
    pieces: pieces.map(({ from, to, isCounted }) => ({
      x: from,
      // A few minutes of use stay visible in the strip of a day.
      width: Math.min(Math.max(to - from, 6), DAY_MINUTES - from),
      isCounted,
    })),
    times: times.slice(0, TIMES_MAX),
    moreTimes: Math.max(0, times.length - TIMES_MAX),
  };
}

function clock(minute: number): string {
  const digits = (value: number): string => String(value).padStart(2, '0');
  return `${digits(Math.floor(minute / 60))}:${digits(minute % 60)}`;
}

/** Noon in UTC is the same day in Istanbul. */
function noonOf(day: string): Date {
  return new Date(`${day}T12:00:00Z`);
}
