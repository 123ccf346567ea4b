import type { Knex } from 'knex';
import { IS_NOT_FINAL } from '../session-row.ts';
import { MIN_ACTIVITY_GAP_SECONDS, REPORT_INTERVAL_SECONDS } from './touch-session.ts';

/** Reports of activity in one session that wait in memory, oldest first. */
export interface Touches {
  workspaceSessionId: number;
  startedAt: Date;
  times: Date[];
}

/**
 * Part of WorkspaceSessionTracker. Counts touches of many sessions in one statement, by the rules of
 * `updateActivity`: one that comes sooner than five seconds after the last that the row knows counts nothing,
 * whichever process noted it, so the same touches twice count once. What was noted before the end of a
 * session still counts when it comes after it, and moves no end. A session that ended more than a day ago is
 * final (migration 0130) and is left out. Locks in the order of ids, as ending does.
 */
export function writeTouches(db: Knex, touches: Touches[]): Knex.Raw {
  const reports = touches.map(({ workspaceSessionId, startedAt, times }) => ({
    id: workspaceSessionId,
    started_at: startedAt,
    times,
  }));
  return db.raw(STATEMENT, [JSON.stringify(reports), MIN_ACTIVITY_GAP_SECONDS, REPORT_INTERVAL_SECONDS]);
}

/** A time that went through JavaScript has lost its microseconds, hence the range of one millisecond. */
const STATEMENT = `
with reported as materialized (
  select s.id, s.started_at, r.times, rules.gap, rules.most_seconds
  from json_to_recordset(?::json) as r(id bigint, started_at timestamptz, times json)
  join workspace_sessions as s on s.id = r.id
    and s.started_at >= r.started_at and s.started_at < r.started_at + interval '1 millisecond'
    and ${IS_NOT_FINAL}
  cross join (select make_interval(secs => ?) as gap, ?::int as most_seconds) as rules
  order by s.id
  for update of s
)
update workspace_sessions as s
set (activity_count, interactive_seconds, last_activity_at) = (
  select s.activity_count + count(*),
         s.interactive_seconds + coalesce(sum(least(reported.most_seconds, counted.seconds)), 0),
         coalesce(max(counted.at), s.last_activity_at)
  from (
    select touch.at,
           floor(extract(epoch from touch.at - lag(touch.at, 1, s.last_activity_at) over (order by touch.at)))::int as seconds
    from (select value::timestamptz as at from json_array_elements_text(reported.times)) as touch
    where touch.at >= s.last_activity_at + reported.gap and (s.ended_at is null or touch.at <= s.ended_at)
  ) as counted
)
from reported
where s.id = reported.id and s.started_at = reported.started_at`;
