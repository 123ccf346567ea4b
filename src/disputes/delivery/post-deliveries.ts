import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { HOUR_MS } from '../../durations.ts';
import { layPeriods } from './lay-periods.ts';
import { postingColumns, postingsSql, postingValues } from './postings.ts';
import { findDeliveryProgress, listInvoicedTimes, listMovedCompanies } from './queries.ts';

/** Sessions in one statement: few enough to hold no lock for long. */
const BATCH = 2000;

/** Batches of one run; the rest waits for the next. */
const BATCHES_MAX = 25;

/** Longest time in a run for companies whose periods moved: the first run after an upgrade has them all. */
const RUN_SECONDS = 120;

/** A transaction that had not ended at one look is seen by a later one, if it began within this time. */
const SLACK_MS = HOUR_MS;

/**
 * Posts use against payments: first the periods that moved, then the sessions that may have changed, then new
 * ones. A posting changes only where it differs. A run is bounded; the next one goes on.
 */
export async function postDeliveries(
  db: Knex,
  { at }: Pick<RequestContext, 'at'>,
  { batch = BATCH }: { batch?: number } = {},
): Promise<{ companies: number; sessions: number }> {
  const before = await findDeliveryProgress(db);
  const companies = await listMovedCompanies(db, new Date(before.periods_to.getTime() - SLACK_MS));
  const startedAt = performance.now();
  const isLate = (): boolean => performance.now() - startedAt > RUN_SECONDS * 1000;
  let laid = 0;
  for (; laid < companies.length && !isLate(); laid += 1)
    await inTurn(db, (trx) => layCompany(trx, companies[laid] ?? 0));
  // Otherwise the next run begins with those that were never laid.
  if (laid === companies.length)
    await inTurn(db, (trx) => trx('delivery_progress').update({ periods_to: at }));
  const open = await postOpen(db, batch);
  const added = await postNew(db, { from: before.sessions_to, at, batch });
  return { companies: laid, sessions: open + added };
}

/** Lays a company's periods anew and posts all of its sessions anew, in one transaction. */
export async function repostDeliveries(db: Knex, { companyId }: { companyId: number }): Promise<void> {
  await inTurn(db, async (trx) => {
    await layCompany(trx, companyId);
    await postCompany(trx, { companyId, from: '-infinity', to: 'infinity' });
  });
}

/** A transaction that posts alone: two that post the same session would each see what the other deletes. */
function inTurn<Result>(db: Knex, work: (trx: Knex.Transaction) => Promise<Result>): Promise<Result> {
  return db.transaction(async (trx) => {
    await trx.raw("select pg_advisory_xact_lock(hashtextextended('youarecoder deliveries', 0))");
    return work(trx);
  });
}

/** Stores where the periods of a company lie now, and posts the sessions that were in what has moved. */
async function layCompany(trx: Knex.Transaction, companyId: number): Promise<void> {
  const periods = layPeriods(await listInvoicedTimes(trx, companyId));
  const { rows } = await trx.raw<{ rows: { moved_from: Date; moved_to: Date }[] }>(
    `with moved as (
       insert into delivery_periods as old (payment_id, company_id, kind, from_at, to_at)
       select payment_id, :companyId, kind, from_at, to_at
       from json_to_recordset(:periods::json)
         as laid(payment_id bigint, kind text, from_at timestamptz, to_at timestamptz)
       on conflict (payment_id) do update
         set kind = excluded.kind, from_at = excluded.from_at, to_at = excluded.to_at
       where (old.kind, old.from_at, old.to_at) is distinct from (excluded.kind, excluded.from_at, excluded.to_at)
       returning payment_id, from_at, to_at
     )
     select least(moved.from_at, before.from_at) as moved_from, greatest(moved.to_at, before.to_at) as moved_to
     from moved left join delivery_periods as before on before.payment_id = moved.payment_id`,
    { companyId, periods: JSON.stringify(periods) },
  );
  if (rows.length === 0) return;
  await postCompany(trx, {
    companyId,
    from: new Date(Math.min(...rows.map(({ moved_from }) => moved_from.getTime()))),
    // A time that went through JavaScript has lost its microseconds.
    to: new Date(Math.max(...rows.map(({ moved_to }) => moved_to.getTime())) + 1),
  });
}

/** Posts the sessions of a company that reach into a time. */
async function postCompany(
  trx: Knex.Transaction,
  reach: { companyId: number; from: Date | '-infinity'; to: Date | 'infinity' },
): Promise<void> {
  let after: number | null = 0;
  while (after !== null) {
    const posted: Posted = await post(
      trx,
      `from workspace_sessions as s
       where s.company_id = :companyId and s.started_at <= :to and s.id > :after
         and coalesce(s.ended_at, s.last_activity_at) >= :from
       order by s.id limit :batch`,
      { ...reach, after, batch: BATCH },
    );
    after = posted.lastId;
  }
}

/** Posts the sessions that may have changed since they were posted: those that were open, or not final. */
async function postOpen(db: Knex, batch: number): Promise<number> {
  let sessions = 0;
  let after = 0;
  for (let round = 0; round < BATCHES_MAX; round += 1) {
    const posted = await inTurn(db, (trx) =>
      post(
        trx,
        `from (
           select distinct session_id, session_started_at from payment_deliveries
           where not is_final and session_id > :after order by session_id limit :batch
         ) as posted
         join workspace_sessions as s on s.id = posted.session_id and s.started_at = posted.session_started_at`,
        { after, batch },
      ),
    );
    sessions += posted.count;
    if (posted.count < batch || posted.lastId === null) break;
    after = posted.lastId;
  }
  return sessions;
}

/** Posts sessions that are not posted yet, oldest first, and notes how far that went. */
async function postNew(
  db: Knex,
  { from, at, batch }: { from: Date; at: Date; batch: number },
): Promise<number> {
  let sessions = 0;
  for (let round = 0; round < BATCHES_MAX; round += 1) {
    const posted = await inTurn(db, async (trx) => {
      const found = await post(
        trx,
        `from workspace_sessions as s
         where s.started_at >= :from and s.started_at <= :at
           and not exists (select 1 from payment_deliveries as d where d.session_id = s.id)
         order by s.started_at, s.id limit :batch`,
        { from: new Date(from.getTime() - SLACK_MS), at, batch },
      );
      const isDone = found.count < batch;
      const to = isDone ? at : found.lastStartedAt;
      if (to !== null && to > from) await trx('delivery_progress').update({ sessions_to: to });
      return { ...found, isDone };
    });
    sessions += posted.count;
    from = posted.lastStartedAt ?? from;
    if (posted.isDone) break;
  }
  return sessions;
}

interface Posted {
  count: number;
  lastId: number | null;
  lastStartedAt: Date | null;
}

/** Posts the sessions that `from` selects: what they post no more goes, what differs is replaced. */
async function post(
  trx: Knex.Transaction,
  from: string,
  bindings: Record<string, number | Date | string>,
): Promise<Posted> {
  const values = (row: string): string => postingValues.map((column) => `${row}.${column}`).join(', ');
  const { rows } = await trx.raw<{ rows: [{ count: number; last_id: number | null; last_at: Date | null }] }>(
    `with ${postingsSql(from)},
     surplus as (
       select session_id, kind, payment_id from payment_deliveries where session_id in (select id from spans)
       except select session_id, kind, payment_id from fresh
     ),
     gone as (
       delete from payment_deliveries as old using surplus
       where old.session_id = surplus.session_id and old.kind = surplus.kind and old.payment_id is not distinct from surplus.payment_id
     ),
     posted as (
       insert into payment_deliveries as old (${postingColumns.join(', ')})
       select ${postingColumns.join(', ')} from fresh
       on conflict on constraint uq_payment_deliveries do update
         set (${postingValues.join(', ')}) = (${values('excluded')})
       where (${values('old')}) is distinct from (${values('excluded')})
     )
     select count(*) as count, max(id) as last_id, max(started_at) as last_at from spans`,
    bindings,
  );
  const [{ count, last_id, last_at }] = rows;
  return { count, lastId: last_id, lastStartedAt: last_at };
}
