import type { Knex } from 'knex';
import { monthDays, sessionSpans, type MonthFilter } from './session-spans.ts';
import type { UsageFilter } from './usage-stats.ts';

/**
 * Use as its traffic was counted, in whole minutes given as seconds, added over people. What one person did in several
 * sessions at once lies between both bounds, since a session holds how many of its minutes were counted, not which.
 */
export interface TrafficBounds {
  /** Upper bound: minutes in which a browser or a program was connected. */
  connected_seconds: number;
  /** Lower bound: minutes in which a person sent something. */
  active_seconds: number;
  /** Sessions whose traffic was counted. */
  counted_sessions: number;
  /** Sessions of which only a part was seen, since another proxy passes on and asks: in the lower bound, not in the upper. */
  partly_counted_sessions: number;
  /** Sessions of which only beginning and end are known: from before traffic was counted, or not through the gateway. */
  uncounted_sessions: number;
  /** How long those were open, in none of the bounds. */
  uncounted_seconds: number;
}

/** The traffic of the sessions that the filter selects; what reaches over an edge of the period is cut there. */
export async function calculateTraffic(db: Knex, filter: UsageFilter): Promise<TrafficBounds> {
  const period = db.select([
    db.raw('null::text as day'),
    db.raw(`date_trunc('minute', ?::timestamptz) as from_at`, [filter.from ?? '-infinity']),
    db.raw(`date_trunc('minute', ?::timestamptz + interval '59.999999 seconds') as to_at`, [
      filter.to ?? 'infinity',
    ]),
  ]);
  const [bounds] = await bounded(db, filter, period);
  return (bounds as TrafficBounds | undefined) ?? NOTHING;
}

const NOTHING: TrafficBounds = {
  connected_seconds: 0,
  active_seconds: 0,
  counted_sessions: 0,
  partly_counted_sessions: 0,
  uncounted_sessions: 0,
  uncounted_seconds: 0,
};

/** The traffic of a day; `day` is `YYYY-MM-DD`. */
export type DayTraffic = TrafficBounds & { day: string };

/**
 * The same for each day of a month (`YYYY-MM`) in which something was used, cut at midnight of Europe/Istanbul, oldest first.
 * A session over midnight counts in both days, with as much of its minutes as either can have had.
 */
export async function calculateTrafficByDay(db: Knex, filter: MonthFilter): Promise<DayTraffic[]> {
  return (await bounded(db, filter, monthDays(db, filter.month), ['day'])) as DayTraffic[];
}

/** Neither bound depends on the order of sessions; groups are of sessions of one person that touch each other. */
async function bounded(
  db: Knex,
  filter: UsageFilter,
  slices: Knex.QueryBuilder,
  keys: 'day'[] = [],
): Promise<unknown[]> {
  return db
    .with('slices', slices)
    .with('spans', sessionSpans(db, filter))
    .with('cut', cutSpans(db))
    .with('marked', (query) => query.from('cut').select(['cut.*', db.raw(STARTS_GROUP)]))
    .with('grouped', (query) => query.from('marked').select(['marked.*', db.raw(GROUP_NUMBER)]))
    .with('united', (query) =>
      query
        .from('grouped')
        .groupBy(['day', 'user_id', 'is_counted', 'group_number'])
        .select([
          'day',
          'is_counted',
          db.raw('count(*) filter (where not is_partly_seen) as sessions'),
          db.raw('count(*) filter (where is_partly_seen) as partly'),
          ...GROUP_BOUNDS.map((sql) => db.raw(sql)),
        ]),
    )
    .from('united')
    .groupBy('day')
    .orderBy('day')
    .select([...keys, ...TOTALS.map((sql) => db.raw(sql))]);
}

/**
 * The part of each session that lies in a slice. Which of its minutes lie there is not known: at most all that fit in, at least
 * those that do not fit in outside.
 */
function cutSpans(db: Knex): Knex.QueryBuilder {
  const inside = 'greatest(0, extract(epoch from least(span_to, to_at) - greatest(span_from, from_at)))';
  const outside = `(extract(epoch from span_to - span_from) - ${inside})`;
  return db
    .from('spans')
    .joinRaw('join slices on span_from < to_at and (span_to > from_at or day is null)')
    .select([
      'day',
      'id',
      'user_id',
      'is_counted',
      'is_partly_seen',
      db.raw('greatest(span_from, from_at) as lower_at'),
      db.raw('greatest(least(span_to, to_at), span_from, from_at) as upper_at'),
      db.raw(`${inside} as inside`),
      db.raw(`least(connected, ${inside}) as most`),
      db.raw(`greatest(0, active - ${outside}) as least`),
    ]);
}

const OF_PERSON = 'partition by day, user_id, is_counted order by lower_at, upper_at, id';

const STARTS_GROUP = `
  lower_at >= max(upper_at) over (${OF_PERSON} rows between unbounded preceding and 1 preceding) as starts_group`;

const GROUP_NUMBER = `count(*) filter (where starts_group) over (${OF_PERSON}) as group_number`;

const SPAN = 'extract(epoch from max(upper_at) - min(lower_at))';

/**
 * At most: what the sessions add up to, and no more than the time they cover. At least: what the busiest counted, and what
 * they add up to less all that can have been counted twice, which is by how much their times add up to more than they cover.
 */
const GROUP_BOUNDS = [
  `${SPAN} as span`,
  `least(sum(most), ${SPAN}) as connected`,
  `greatest(max(least), sum(least) - (sum(inside) - ${SPAN})) as active`,
];

const TOTALS = [
  'coalesce(sum(connected) filter (where is_counted), 0)::bigint as connected_seconds',
  'coalesce(sum(active) filter (where is_counted), 0)::bigint as active_seconds',
  'coalesce(sum(sessions) filter (where is_counted), 0)::bigint as counted_sessions',
  'coalesce(sum(partly), 0)::bigint as partly_counted_sessions',
  'coalesce(sum(sessions) filter (where not is_counted), 0)::bigint as uncounted_sessions',
  'floor(coalesce(sum(span) filter (where not is_counted), 0))::bigint as uncounted_seconds',
];
