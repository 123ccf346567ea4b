import { isInUse, type WorkspaceSession } from '../session-row.ts';

/** A page reports at most once a minute, so one report shows at most the minute before it. */
export const REPORT_INTERVAL_SECONDS = 60;

/**
 * Reports that come sooner after the last one count nothing: a looping client cannot inflate its activity.
 */
export const MIN_ACTIVITY_GAP_SECONDS = 5;

/**
 * Decides what a report of use does. A session that is in use is continued. After a session that was idle for
 * too long a new one starts, whether or not its end was noticed. Every other end is final.
 */
export function decideTouch(
  session: Pick<WorkspaceSession, 'ended_at' | 'end_reason' | 'last_activity_at'>,
  at: Date,
): 'continue' | 'restart' | 'ended' {
  if (isInUse(session, at)) return 'continue';
  return session.ended_at === null || session.end_reason === 'idle' ? 'restart' : 'ended';
}

/** True when a report counts in a session that was last used at `lastActivityAt`. */
export function isCountedTouch(lastActivityAt: Date, at: Date): boolean {
  return at.getTime() - lastActivityAt.getTime() >= MIN_ACTIVITY_GAP_SECONDS * 1000;
}

/**
 * `isCountedTouch` in SQL: the reports that count of the column `touches` (a JSON list of times) for the row
 * `s`, each with the seconds of use that it shows. Made of the same numbers; a test compares both.
 */
export const COUNTED_TOUCHES = `
  select touch.at,
         least(${String(REPORT_INTERVAL_SECONDS)}, floor(extract(epoch from
           touch.at - lag(touch.at, 1, s.last_activity_at) over (order by touch.at))))::int as seconds
  from (select value::timestamptz as at from json_array_elements_text(touches)) as touch
  where touch.at >= s.last_activity_at + interval '${String(MIN_ACTIVITY_GAP_SECONDS)} seconds'
    and (s.ended_at is null or touch.at <= s.ended_at)`;
