import type { Knex } from 'knex';
import { TIME_ZONE } from '../web/format.ts';
import { selectedSessions, type UsageFilter } from './usage-stats.ts';

/** Use in one month: `month` is `YYYY-MM`, the times are where it begins and ends in Istanbul. */
export type MonthFilter = UsageFilter & { from: Date; to: Date; month: string };

/** The days of a month (`YYYY-MM`) from midnight to midnight in Istanbul: `day`, `from_at`, `to_at`. */
export function monthDays(db: Knex, month: string): Knex.QueryBuilder {
  return db
    .from(
      db.raw(`generate_series(?::timestamp, ?::timestamp + interval '1 month - 1 day', '1 day') as day`, [
        `${month}-01`,
        `${month}-01`,
      ]),
    )
    .select([
      db.raw(`to_char(day, 'YYYY-MM-DD') as day`),
      db.raw('day at time zone ? as from_at', [TIME_ZONE]),
      db.raw(`(day + interval '1 day') at time zone ? as to_at`, [TIME_ZONE]),
    ]);
}

/**
 * Each session with the time that its minutes lie in: from its first minute to the last counted one. A session that was not
 * counted has its length instead.
 */
export function sessionSpans(db: Knex, filter: UsageFilter): Knex.QueryBuilder {
  const end = 'coalesce(s.ended_at, s.last_activity_at)';
  return selectedSessions(db, filter).select([
    's.id',
    's.user_id',
    's.started_at',
    db.raw('s.connected_until is not null as is_counted'),
    db.raw(`case when s.connected_until is null then s.started_at
                   else least(date_trunc('minute', s.started_at), s.connected_until) end as span_from`),
    db.raw(`case when s.connected_until is null then ${end}
                   else s.connected_until + interval '1 minute' end as span_to`),
    db.raw('s.connected_until is not null and s.is_partly_seen as is_partly_seen'),
    db.raw('case when s.is_partly_seen then 0 else s.connected_minutes * 60 end as connected'),
    db.raw('s.active_minutes * 60 as active'),
  ]);
}
