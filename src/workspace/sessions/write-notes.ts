import type { Knex } from 'knex';
import { MINUTE_MS } from '../../durations.ts';
import { IS_NOT_FINAL } from '../session-row.ts';
import type { SessionNotes } from './session-notes.ts';
import { COUNTED_TOUCHES } from './touch-rule.ts';

/**
 * Part of WorkspaceSessionTracker. Adds notes to their sessions, however many, in one statement, which locks
 * in the order of ids, as ending does. The same notes written twice count once:
 *
 * 1. Reports of use count by the touch rule, whichever process noted them.
 * 2. A minute counts once. A minute before the last counted one counts nothing, so that active minutes are
 *    always connected ones.
 * 3. Notes from before the end of a session still count after it, and move no end. A session that ended more
 *    than a day ago is final and takes nothing.
 */
export function writeNotes(db: Knex, notes: SessionNotes[]): Knex.Raw {
  const rows = notes.map((of) => ({
    id: of.workspaceSessionId,
    started_at: of.startedAt,
    touches: of.touches,
    last_at: of.lastAt,
    // An active minute is a connected one.
    connected: [...new Set([...of.connected, ...of.active])].map(toTime),
    active: [...of.active].map(toTime),
    closed_at: of.closedAt,
    is_partly_seen: of.isPartlySeen,
  }));
  return db.raw(STATEMENT, [JSON.stringify(rows)]);
}

function toTime(minute: number): Date {
  return new Date(minute * MINUTE_MS);
}

/** A time that went through JavaScript has lost its microseconds, hence the range of one millisecond. */
const STATEMENT = `
with reported as materialized (
  select s.id, s.started_at, r.touches, r.last_at, r.connected, r.active, r.closed_at, r.is_partly_seen
  from json_to_recordset(?::json) as r(id bigint, started_at timestamptz, touches json, last_at timestamptz, connected json,
    active json, closed_at timestamptz, is_partly_seen boolean)
  join workspace_sessions as s on s.id = r.id
    and s.started_at >= r.started_at and s.started_at < r.started_at + interval '1 millisecond'
    and ${IS_NOT_FINAL}
  order by s.id
  for update of s
)
update workspace_sessions as s
set (activity_count, interactive_seconds, last_activity_at) = (
      select s.activity_count + count(*), s.interactive_seconds + coalesce(sum(counted.seconds), 0),
        greatest(s.last_activity_at, max(counted.at), case when s.ended_at is null then reported.last_at end)
      from (${COUNTED_TOUCHES}) as counted
    ),
    (connected_minutes, connected_until) = (
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
    disconnected_at = greatest(s.disconnected_at, case when s.ended_at is null then reported.closed_at end)
from reported
where s.id = reported.id and s.started_at = reported.started_at`;
