import type { Knex } from 'knex';
import { TIME_ZONE } from '../../local-calendar.ts';
import { whereReaches } from '../session-row.ts';
import { sessionBoundsSql } from './session-bounds.ts';

/**
 * Selects use by person, workspace and period. `from` counts, `to` does not; a session that reaches over an
 * edge of the period is cut there.
 */
export interface UsageFilter {
  companyId: number;
  userId?: number | undefined;
  workspaceId?: number | undefined;
  /** Only these workspaces; for lists. */
  workspaceIds?: number[] | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

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
 * The sessions that the filter selects, those that reach into its period, each with its span and the bounds
 * of its use.
 */
export function sessionSpans(db: Knex, filter: UsageFilter): Knex.QueryBuilder {
  const bounds = sessionBoundsSql('s');
  return selectedSessions(db, filter).select([
    's.id',
    's.user_id',
    's.workspace_id',
    's.started_at',
    's.last_activity_at',
    db.raw('s.connected_until is not null as is_counted'),
    db.raw('s.connected_until is not null and s.is_partly_seen as is_partly_seen'),
    db.raw('s.started_at as span_from'),
    db.raw('coalesce(s.ended_at, s.last_activity_at) as span_to'),
    db.raw(`${bounds.connected_seconds} as connected`),
    db.raw(`${bounds.active_seconds} as active`),
  ]);
}

function selectedSessions(db: Knex, filter: UsageFilter): Knex.QueryBuilder {
  return db('workspace_sessions as s')
    .where('s.company_id', filter.companyId)
    .where('s.started_at', '<', filter.to ?? 'infinity')
    .modify((query) => {
      if (filter.from !== undefined) whereReaches(query, 's', filter.from);
      if (filter.userId !== undefined) query.where('s.user_id', filter.userId);
      if (filter.workspaceId !== undefined) query.where('s.workspace_id', filter.workspaceId);
      if (filter.workspaceIds !== undefined) query.whereIn('s.workspace_id', filter.workspaceIds);
    });
}
