import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { RETENTION_MONTHS_MIN } from '../../config/environment.ts';
import { DAY_MS } from '../../durations.ts';
import { postingColumns, postingsSql } from './postings.ts';

/** How the ledger compares with the sessions, in seconds: equal when there are no differences. */
interface DeliveryCheck {
  sessions: number;
  /** Sessions of which postings are missing, too many, or say something else. */
  differences: number;
  /** Bounds of the sessions, added up. */
  session_proven_seconds: number;
  session_at_most_seconds: number;
  /** Everything posted, less what stands beside it (`upgrade`). */
  posted_proven_seconds: number;
  posted_at_most_seconds: number;
}

/** The sessions to compare: those that began in some time, of one company or of all. */
interface CheckOf {
  companyId?: number;
  from?: Date;
  to?: Date;
}

/** Compares what is posted with what the sessions would post now. */
export async function checkDeliveries(db: Knex, { companyId, from, to }: CheckOf): Promise<DeliveryCheck> {
  const of = { companyId: companyId ?? null, from: from ?? '-infinity', to: to ?? 'infinity' };
  const narrow = (table: string, startedAt: string): string =>
    `(:companyId::bigint is null or ${table}.company_id = :companyId) and ${table}.${startedAt} >= :from and ${table}.${startedAt} <= :to`;
  const compared = 'session_id, kind, payment_id, from_at, to_at, proven_seconds, at_most_seconds';
  const { rows } = await db.raw<{ rows: [DeliveryCheck] }>(
    `with ${postingsSql(`from workspace_sessions as s where ${narrow('s', 'started_at')}`)},
     posted as materialized (
       select ${postingColumns.join(', ')} from payment_deliveries as d where ${narrow('d', 'session_started_at')}),
     differing as (
       select session_id from (select ${compared} from posted except select ${compared} from fresh) as more
       union
       select session_id from (select ${compared} from fresh except select ${compared} from posted) as less
     )
     select (select count(*) from spans) as sessions, (select count(*) from differing) as differences,
       (select coalesce(sum(active), 0)::bigint from spans) as session_proven_seconds,
       (select coalesce(sum(connected), 0)::bigint from spans) as session_at_most_seconds,
       coalesce(sum(proven_seconds) filter (where kind <> 'upgrade'), 0)::bigint as posted_proven_seconds,
       coalesce(sum(at_most_seconds) filter (where kind <> 'upgrade'), 0)::bigint as posted_at_most_seconds
     from posted`,
    of,
  );
  return rows[0];
}

/** Days back for which scheduled work compares: the sessions that a dispute is about first. */
const CHECKED_DAYS = 40;

/**
 * Compares the newest weeks, and deletes what was posted for sessions that retention has dropped. A
 * difference is an error in the log; the ledger stays as it is until somebody has looked.
 */
export async function checkAllDeliveries(
  db: Knex,
  { at, log }: Pick<RequestContext, 'at' | 'log'>,
): Promise<{ checked: number; faults: number }> {
  const check = await checkDeliveries(db, { from: new Date(at.getTime() - CHECKED_DAYS * DAY_MS) });
  if (check.differences > 0) log.error({ check }, 'the delivery ledger differs from the sessions');
  await db.raw(
    `delete from payment_deliveries as d
     where d.session_started_at < ?::timestamptz - interval '1 month' * ? and not exists (
       select 1 from workspace_sessions as s where s.id = d.session_id and s.started_at = d.session_started_at
     )`,
    [at, RETENTION_MONTHS_MIN],
  );
  return { checked: check.sessions, faults: check.differences };
}
