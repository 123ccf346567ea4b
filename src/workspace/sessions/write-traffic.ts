import type { Knex } from 'knex';
import { IS_NOT_FINAL } from '../session-row.ts';
import { MINUTE_MS } from '../../durations.ts';

/** What flowed in one session and is not written yet. */
export interface Traffic {
  workspaceSessionId: number;
  startedAt: Date;
  /** The last proof of life. */
  lastAt: Date;
  /** Minutes since 1970 in which the browser was connected, and in which it sent something. */
  connected: Set<number>;
  active: Set<number>;
  /** When the browser last closed a connection in the regular way. */
  closedAt: Date | null;
  /** Some of it was only asked about by another proxy, so that more may have flowed than was seen. */
  isPartlySeen: boolean;
}

/** How one request, message, or look at an open connection counts. */
export interface TrafficKind {
  /** A person is behind it. */
  isActive: boolean;
  /** Another proxy passes it on and only asks us. */
  isPartlySeen: boolean;
}

/** The minute since 1970 that a time lies in. */
export function minuteOf(at: Date): number {
  return Math.floor(at.getTime() / MINUTE_MS);
}

/** The traffic of one request or message. */
export function trafficAt(
  session: { id: number; startedAt: Date },
  at: Date,
  { isActive, isPartlySeen }: TrafficKind,
): Traffic {
  const minute = minuteOf(at);
  return {
    workspaceSessionId: session.id,
    startedAt: session.startedAt,
    lastAt: at,
    connected: new Set([minute]),
    active: new Set(isActive ? [minute] : []),
    closedAt: null,
    isPartlySeen,
  };
}

/**
 * Part of WorkspaceSessionTracker. Counts the traffic of many sessions in one statement. A minute counts
 * once, whichever process saw it and however often it is written; what comes late counts nothing, so that
 * active minutes are always connected ones. What flowed before the end of a session still counts when it is
 * written after it, and moves no end. A session that ended more than a day ago is final (migration 0130) and
 * is left out. Locks in the order of ids, as ending does.
 */
export function writeTraffic(db: Knex, traffic: Traffic[]): Knex.Raw {
  const rows = traffic.map(
    ({ workspaceSessionId, startedAt, lastAt, connected, active, closedAt, isPartlySeen }) => ({
      id: workspaceSessionId,
      started_at: startedAt,
      last_at: lastAt,
      // An active minute is a connected one.
      connected: [...new Set([...connected, ...active])].map(toTime),
      active: [...active].map(toTime),
      closed_at: closedAt,
      is_partly_seen: isPartlySeen,
    }),
  );
  return db.raw(STATEMENT, [JSON.stringify(rows)]);
}

function toTime(minute: number): Date {
  return new Date(minute * MINUTE_MS);
}

/** A time that went through JavaScript has lost its microseconds, hence the range of one millisecond. */
const STATEMENT = `
with reported as materialized (
  select s.id, s.started_at, r.last_at, r.connected, r.active, r.closed_at, r.is_partly_seen
  from json_to_recordset(?::json) as r(id bigint, started_at timestamptz, last_at timestamptz, connected json, active json,
    closed_at timestamptz, is_partly_seen boolean)
  join workspace_sessions as s on s.id = r.id
    and s.started_at >= r.started_at and s.started_at < r.started_at + interval '1 millisecond'
    and ${IS_NOT_FINAL}
  order by s.id
  for update of s
)
update workspace_sessions as s
set (connected_minutes, connected_until) = (
      select s.connected_minutes + count(*), coalesce(max(m.minute), s.connected_until)
      from (select value::timestamptz as minute from json_array_elements_text(reported.connected)) as m
      where (s.connected_until is null or m.minute > s.connected_until) and (s.ended_at is null or m.minute <= s.ended_at)
    ),
    (active_minutes, active_until) = (
      select s.active_minutes + count(*), coalesce(max(m.minute), s.active_until)
      from (select value::timestamptz as minute from json_array_elements_text(reported.active)) as m
      where (s.active_until is null or m.minute > s.active_until) and (s.connected_until is null or m.minute >= s.connected_until)
        and (s.ended_at is null or m.minute <= s.ended_at)
    ),
    is_partly_seen = s.is_partly_seen or reported.is_partly_seen,
    disconnected_at = greatest(s.disconnected_at, case when s.ended_at is null then reported.closed_at end),
    last_activity_at = case when s.ended_at is null then greatest(s.last_activity_at, reported.last_at) else s.last_activity_at end
from reported
where s.id = reported.id and s.started_at = reported.started_at`;
