import { IS_NOT_FINAL } from '../../workspace/session-row.ts';
import { sessionBoundsSql } from '../../workspace/sessions/session-bounds.ts';
import { cutSeconds } from './cut-sql.ts';

/** The columns that tell a posting from the others of its session. */
const postingKey = ['session_id', 'kind', 'payment_id'];

/** The columns that may change when a session is posted anew. */
export const postingValues = [
  'session_started_at',
  'company_id',
  'user_id',
  'from_at',
  'to_at',
  'proven_seconds',
  'at_most_seconds',
  'is_final',
];

/** All columns of a posting. */
export const postingColumns = [...postingKey, ...postingValues];

const bounds = sessionBoundsSql('s');
const share = cutSeconds({ proven: 'active', atMost: 'connected', whole: 'span', inside: 'inside' });

/**
 * The postings of workspace sessions, as the common table expressions `spans` (a row for each session) and
 * `fresh` (the columns of `payment_deliveries`). `from` says which sessions: the rest of a statement from
 * the word "from" on, which calls `workspace_sessions` s.
 *
 * 1. A session holds how many of its minutes were counted, not which: its parts have shares (`cutSeconds`).
 * 2. The seconds that the parts lack or exceed of the session's own bounds (`sessionBounds`) are `unplaced`:
 *    `paid`, `outside` and `unplaced` add up to the session, second by second.
 * 3. A session is final an hour after it takes nothing more: a statement may have been under way.
 *
 * No expression is joined to another: Postgres does not know how many rows they have.
 */
export function postingsSql(from: string): string {
  return `
  spans as materialized (
    select s.id, s.started_at, s.company_id, s.user_id, coalesce(s.ended_at, s.last_activity_at) as ended,
           extract(epoch from coalesce(s.ended_at, s.last_activity_at) - s.started_at) as span,
           ${bounds.connected_seconds} as connected, ${bounds.active_seconds} as active,
           not ${IS_NOT_FINAL} and s.ended_at < now() - interval '25 hours' as is_final
    ${from}
  ),
  cut as materialized (
    select spans.*, p.kind, p.payment_id, greatest(spans.started_at, p.from_at) as from_at,
           least(spans.ended, p.to_at) as to_at,
           extract(epoch from least(spans.ended, p.to_at) - greatest(spans.started_at, p.from_at)) as inside
    from spans
    left join delivery_periods as p on p.company_id = spans.company_id and p.from_at <= spans.ended
      and p.to_at > spans.started_at and (p.from_at < spans.ended or spans.span = 0)
  ),
  parts as (
    select * from cut where kind is not null
    union all
    select id, started_at, company_id, user_id, ended, span, connected, active, is_final, 'outside', null, started_at, ended,
           span - coalesce(sum(inside) filter (where kind = 'paid'), 0)
    from cut
    group by id, started_at, company_id, user_id, ended, span, connected, active, is_final
    having count(*) filter (where kind = 'paid') = 0 or span > sum(inside) filter (where kind = 'paid')
  ),
  shares as materialized (
    select *, ${share.least} as least, ${share.most} as most
    from parts
  ),
  fresh as materialized (
    select id as session_id, kind, payment_id, started_at as session_started_at, company_id, user_id, from_at, to_at,
           least as proven_seconds, most as at_most_seconds, is_final
    from shares
    union all
    select id, 'unplaced', null, started_at, company_id, user_id, started_at, ended, active - sum(least), connected - sum(most), is_final
    from shares
    where kind <> 'upgrade'
    group by id, started_at, company_id, user_id, ended, active, connected, is_final
    having active <> sum(least) or connected <> sum(most)
  )`;
}
