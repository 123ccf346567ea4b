import type { Knex } from 'knex';

/** Whose use, and of what. `from` counts, `to` does not; what reaches over an edge of the period is cut there. */
export interface UsageFilter {
  companyId: number;
  userId?: number | undefined;
  workspaceId?: number | undefined;
  /** Only these workspaces; for lists. */
  workspaceIds?: number[] | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

/** Use in whole seconds, rounded down. Times are null when there was none. */
export interface UsageStats {
  /**
   * The most that can be shown: the union of each person's sessions, added over people. An open session counts to its
   * last activity.
   */
  total_seconds: number;
  /** The least that can be shown: seconds with reported keyboard or pointer use, never above `total_seconds`. */
  interactive_seconds: number;
  sessions: number;
  first_started_at: Date | null;
  last_activity_at: Date | null;
}

/** The use that the filter selects. Part of WorkspaceSessionTracker: call `usageStats` there. */
export async function calculateUsage(db: Knex, filter: UsageFilter): Promise<UsageStats> {
  const [row] = await summed(db, filter, []);
  return row as UsageStats;
}

/** The same for each workspace on its own. One person's overlapping use of two workspaces counts in both. */
export async function calculateUsageByWorkspace(
  db: Knex,
  filter: UsageFilter,
): Promise<(UsageStats & { workspace_id: number })[]> {
  return (await summed(db, filter, ['workspace_id'])) as (UsageStats & { workspace_id: number })[];
}

/** The same for each person on their own. */
export async function calculateUsageByUser(
  db: Knex,
  filter: UsageFilter,
): Promise<(UsageStats & { user_id: number })[]> {
  return (await summed(db, filter, ['user_id'])) as (UsageStats & { user_id: number })[];
}

type Key = 'workspace_id' | 'user_id';

async function summed(db: Knex, filter: UsageFilter, keys: Key[]): Promise<unknown[]> {
  return db
    .with('clipped', clippedSessions(db, filter))
    .with('united', unitedByPerson(db, [...new Set<Key>([...keys, 'user_id'])]))
    .with('counted', (query) => query.from('united').select(['united.*', db.raw(SPAN_SECONDS)]))
    .from('counted')
    .modify((query) => {
      if (keys.length > 0) query.groupBy(keys);
    })
    .select([
      ...keys,
      db.raw('floor(coalesce(sum(seconds), 0))::bigint as total_seconds'),
      db.raw('floor(coalesce(sum(least(seconds, interactive)), 0))::bigint as interactive_seconds'),
      db.raw('coalesce(sum(sessions), 0)::bigint as sessions'),
      db.raw('min(first_started_at) as first_started_at'),
      db.raw('max(last_activity_at) as last_activity_at'),
    ]);
}

const SPAN_SECONDS = `(
  select coalesce(sum(extract(epoch from upper(span) - lower(span))), 0) from unnest(united.spans) as span
) as seconds`;

function unitedByPerson(db: Knex, keys: Key[]): Knex.QueryBuilder {
  return db
    .from('clipped')
    .groupBy(keys)
    .select([
      ...keys,
      db.raw("range_agg(tstzrange(lower_at, upper_at, '[)')) as spans"),
      db.raw('sum(interactive) as interactive'),
      db.raw('count(*) as sessions'),
      db.raw('min(started_at) as first_started_at'),
      db.raw('max(last_activity_at) as last_activity_at'),
    ]);
}

/** How much of the interactive time lay inside a cut is not known, so the cut takes from it first. */
function clippedSessions(db: Knex, filter: UsageFilter): Knex.QueryBuilder {
  const from = filter.from ?? '-infinity';
  const to = filter.to ?? 'infinity';
  return selectedSessions(db, filter).select([
    's.user_id',
    's.workspace_id',
    's.started_at',
    's.last_activity_at',
    db.raw('greatest(s.started_at, ?::timestamptz) as lower_at', [from]),
    db.raw('least(coalesce(s.ended_at, s.last_activity_at), ?::timestamptz) as upper_at', [to]),
    db.raw(
      `greatest(0, s.interactive_seconds - extract(epoch from
           greatest(s.started_at, ?::timestamptz) - s.started_at
           + coalesce(s.ended_at, s.last_activity_at)
           - least(coalesce(s.ended_at, s.last_activity_at), ?::timestamptz))) as interactive`,
      [from, to],
    ),
  ]);
}

/** The sessions that the filter selects, as `s`: those that reach into its period. */
export function selectedSessions(db: Knex, filter: UsageFilter): Knex.QueryBuilder {
  return db('workspace_sessions as s')
    .where('s.company_id', filter.companyId)
    .where('s.started_at', '<', filter.to ?? 'infinity')
    .whereRaw('coalesce(s.ended_at, s.last_activity_at) >= ?', [filter.from ?? '-infinity'])
    .modify((query) => {
      if (filter.userId !== undefined) query.where('s.user_id', filter.userId);
      if (filter.workspaceId !== undefined) query.where('s.workspace_id', filter.workspaceId);
      if (filter.workspaceIds !== undefined) query.whereIn('s.workspace_id', filter.workspaceIds);
    });
}
