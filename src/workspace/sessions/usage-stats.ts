import type { Knex } from 'knex';
import { monthDays, sessionSpans, type MonthFilter, type UsageFilter } from './session-spans.ts';

/**
 * Use in whole seconds, rounded down, added over people: active ≤ connected ≤ the time that the sessions
 * cover. A person's use in several sessions at the same time counts once. The true time lies between both
 * bounds: a session holds how many of its minutes were counted, not which. Times are null when there was
 * none.
 */
export interface UsageStats {
  /** Upper bound. A session that was not counted, or seen only in part, counts with its whole length. */
  connected_seconds: number;
  /** Lower bound. */
  active_seconds: number;
  sessions: number;
  /** Sessions whose traffic was wholly seen and counted. */
  counted_sessions: number;
  /** Sessions of which only a part was seen, since another proxy passes on and asks. */
  partly_counted_sessions: number;
  /**
   * Sessions of which only beginning, end and reports are known: from before traffic was counted, or not
   * through the gateway.
   */
  uncounted_sessions: number;
  first_started_at: Date | null;
  last_activity_at: Date | null;
}

/** The use of a day; `day` is `YYYY-MM-DD`. */
export type DayUsage = UsageStats & { day: string };

type Key = 'workspace_id' | 'user_id' | 'day';

/** The use that the filter selects. Part of WorkspaceSessionTracker: call `usageStats` there. */
export async function calculateUsage(db: Knex, filter: UsageFilter): Promise<UsageStats> {
  const [row] = await bounded(db, filter, wholePeriod(db, filter), []);
  return row as UsageStats;
}

/**
 * The same for each workspace on its own. A person's overlapping use of two workspaces counts in both.
 */
export async function calculateUsageByWorkspace(
  db: Knex,
  filter: UsageFilter,
): Promise<(UsageStats & { workspace_id: number })[]> {
  return (await bounded(db, filter, wholePeriod(db, filter), ['workspace_id'])) as (UsageStats & {
    workspace_id: number;
  })[];
}

/** The same for each person on their own. */
export async function calculateUsageByUser(
  db: Knex,
  filter: UsageFilter,
): Promise<(UsageStats & { user_id: number })[]> {
  return (await bounded(db, filter, wholePeriod(db, filter), ['user_id'])) as (UsageStats & {
    user_id: number;
  })[];
}

/**
 * The same for each day of a month (`YYYY-MM`) in which something was used, cut at midnight of
 * Europe/Istanbul, oldest first. A session over midnight counts in both days, with as much of its minutes as
 * either can have had.
 */
export async function calculateUsageByDay(db: Knex, filter: MonthFilter): Promise<DayUsage[]> {
  return (await bounded(db, filter, monthDays(db, filter.month), ['day'])) as DayUsage[];
}

function wholePeriod(db: Knex, filter: UsageFilter): Knex.QueryBuilder {
  return db.select([
    db.raw('null::text as day'),
    db.raw('?::timestamptz as from_at', [filter.from ?? '-infinity']),
    db.raw('?::timestamptz as to_at', [filter.to ?? 'infinity']),
  ]);
}

/**
 * Neither bound depends on the order of sessions; groups are of sessions of one person that touch each other.
 */
async function bounded(
  db: Knex,
  filter: UsageFilter,
  slices: Knex.QueryBuilder,
  keys: Key[],
): Promise<unknown[]> {
  const apart = [...new Set<Key>(['day', 'user_id', ...keys])];
  const window = `partition by ${apart.join(', ')} order by lower_at, upper_at, id`;
  const startsGroup = `lower_at >= max(upper_at) over (${window} rows between unbounded preceding and 1 preceding)`;
  return db
    .with('slices', slices)
    .with('spans', sessionSpans(db, filter))
    .with('cut', cutSpans(db))
    .with('marked', (query) => query.from('cut').select(['cut.*', db.raw(`${startsGroup} as starts_group`)]))
    .with('grouped', (query) =>
      query
        .from('marked')
        .select([
          'marked.*',
          db.raw(`count(*) filter (where starts_group) over (${window}) as group_number`),
        ]),
    )
    .with('united', (query) =>
      query
        .from('grouped')
        .groupBy([...apart, 'group_number'])
        .select([...apart, ...GROUP.map((sql) => db.raw(sql))]),
    )
    .from('united')
    .modify((query) => {
      if (keys.length > 0) query.groupBy(keys).orderBy(keys);
    })
    .select([...keys, ...TOTALS.map((sql) => db.raw(sql))]);
}

/**
 * The part of each session that lies in a slice. Which of its minutes lie there is not known: at most all
 * that fit in, at least those that do not fit in outside.
 */
function cutSpans(db: Knex): Knex.QueryBuilder {
  const inside = 'greatest(0, extract(epoch from least(span_to, to_at) - greatest(span_from, from_at)))';
  const outside = `(extract(epoch from span_to - span_from) - ${inside})`;
  return db
    .from('spans')
    .joinRaw(
      'join slices on span_from < to_at and (span_to > from_at or day is null or span_from >= from_at)',
    )
    .select([
      'spans.*',
      'day',
      db.raw('greatest(span_from, from_at) as lower_at'),
      db.raw('greatest(least(span_to, to_at), span_from, from_at) as upper_at'),
      db.raw(`${inside} as inside`),
      db.raw(`least(connected, ${inside}) as most`),
      db.raw(`greatest(0, active - ${outside}) as least`),
    ]);
}

const SPAN = 'extract(epoch from max(upper_at) - min(lower_at))';

/**
 * At most: what the sessions add up to, and no more than the time they cover. At least: what the busiest
 * counted, and what they add up to less all that can have been counted twice, which is by how much their
 * times add up to more than they cover.
 */
const GROUP = [
  `least(sum(most), ${SPAN}) as connected`,
  `greatest(max(least), sum(least) - (sum(inside) - ${SPAN})) as active`,
  'count(*) as sessions',
  'count(*) filter (where is_counted and not is_partly_seen) as counted',
  'count(*) filter (where is_partly_seen) as partly',
  'min(started_at) as first_started_at',
  'max(last_activity_at) as last_activity_at',
];

const TOTALS = [
  'floor(coalesce(sum(connected), 0))::bigint as connected_seconds',
  'floor(coalesce(sum(active), 0))::bigint as active_seconds',
  'coalesce(sum(sessions), 0)::bigint as sessions',
  'coalesce(sum(counted), 0)::bigint as counted_sessions',
  'coalesce(sum(partly), 0)::bigint as partly_counted_sessions',
  'coalesce(sum(sessions - counted - partly), 0)::bigint as uncounted_sessions',
  'min(first_started_at) as first_started_at',
  'max(last_activity_at) as last_activity_at',
];
