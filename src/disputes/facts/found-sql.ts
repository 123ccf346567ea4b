import type { FoundName } from './fact-claim.ts';

const ORDER = `(select p.id, p.company_id, p.user_id, p.created_at, p.test_mode, coalesce(p.paid_at, p.created_at) as paid_at
  from payments p where p.id = :paymentId) as o`;

const USE = `from payment_deliveries d
  join workspace_sessions s on s.id = d.session_id and s.started_at = d.session_started_at
  where d.payment_id = :paymentId and s.ended_at <= :asOf`;

const BY_PAYER = 'and s.user_id = (select p.user_id from payments p where p.id = :paymentId)';

/**
 * The least time of people in the sessions of a payment, in whole minutes. Session by session, in the order
 * of their ends, `taken` gets the latest free time for what a session has not got of it yet. Where none of
 * the sessions left reaches back to those before, `taken` begins anew, and its time is in `done`.
 */
const personMinutes = (narrow: string): string => `with recursive used as (
    select s.user_id, d.from_at, d.to_at, d.proven_seconds, d.session_id ${USE} ${narrow}
  ), numbered as materialized (
    select *, row_number() over by_end as n,
      coalesce(lag(to_at) over by_end <= min(from_at) over from_end, true) as is_apart
    from used
    window by_end as (partition by user_id order by to_at, session_id),
      from_end as (partition by user_id order by to_at desc, session_id desc)
  ), walk as (
    select user_id, 0::bigint as n, 0::numeric as done, '{}'::tstzmultirange as taken from numbered where n = 1
    union all
    select numbered.user_id, numbered.n, case when is_apart then done + seconds else done end, base + added
    from walk join numbered on numbered.user_id = walk.user_id and numbered.n = walk.n + 1
    cross join lateral (select case when is_apart then '{}' else taken end as base, ${secondsIn('taken')} as seconds) as before
    cross join lateral (
      select coalesce(range_agg(tstzrange(upper(gap) - least(length, lacking - later) * interval '1 second', upper(gap))), '{}') as added
      from (
        select gap, extract(epoch from upper(gap) - lower(gap)) as length,
          coalesce(sum(extract(epoch from upper(gap) - lower(gap))) over (order by gap desc rows between unbounded preceding and 1 preceding), 0) as later,
          proven_seconds - ${secondsIn('base * tstzmultirange(tstzrange(from_at, to_at))')} as lacking
        from unnest(tstzmultirange(tstzrange(from_at, to_at)) - base) as gap
      ) as gaps
      where later < lacking
    ) as more
  )
  select coalesce(floor(sum(floor(done + ${secondsIn('taken')})) / 60), 0)::bigint as value
  from walk where (user_id, n) in (select user_id, max(n) from numbered group by user_id)`;

const PERIOD = `(select coalesce(d.from_at, i.period_start) as from_at,
    least(coalesce(d.to_at, i.period_end), :asOf) as to_at
  from invoices i left join delivery_periods d on d.payment_id = i.payment_id
  where i.payment_id = :paymentId) as period`;

/** The newest cancellation that no later row of the audit trail took back. */
const CANCELLED = `(select a.timestamp from audit_logs a, ${ORDER}
  where a.company_id = o.company_id and a.action_type = 'subscription_change' and a.timestamp <= :asOf
    and a.details ->> 'change' = 'cancelled'
    and not exists (select from audit_logs later where later.company_id = a.company_id
      and later.action_type = 'subscription_change' and later.timestamp > a.timestamp and later.timestamp <= :asOf
      and later.details ? 'cancels_at_before' and later.details ->> 'cancels_at_after' is null)
  order by a.timestamp desc limit 1)`.replaceAll('?', '\\?');

/**
 * The values behind sentences about many rows, found anew for the payment `:paymentId` as of `:asOf`. They
 * are written apart from the reader of the facts on purpose: each checks the other.
 */
export const foundSql: Record<FoundName, string> = {
  sessions: `select count(*) as value ${USE}`,
  person_minutes: personMinutes(''),
  payer_sessions: `select count(*) as value ${USE} ${BY_PAYER}`,
  payer_person_minutes: personMinutes(BY_PAYER),
  first_use_at: `select min(d.from_at) as value ${USE}`,
  last_use_at: `select max(d.to_at) as value ${USE}`,
  sessions_after_cancellation: `select count(*) as value ${USE} and d.from_at > ${CANCELLED}`,
  sign_ins: `select count(*) as value from audit_logs a, ${ORDER}, ${PERIOD}
    where a.user_id = o.user_id and a.company_id = o.company_id and a.action_type = 'login' and a.success
      and a.timestamp between least(period.from_at, o.paid_at) and period.to_at`,
  cancellations_before: `select count(*) as value from audit_logs a, ${ORDER}
    where a.company_id = o.company_id and a.action_type = 'subscription_change' and a.timestamp <= o.created_at
      and a.details ->> 'change' = 'cancelled'
      and not exists (select from audit_logs later where later.company_id = a.company_id
        and later.action_type = 'subscription_change' and later.timestamp > a.timestamp
        and later.timestamp <= o.created_at
        and later.details \\? 'cancels_at_before' and later.details ->> 'cancels_at_after' is null)`,
  promised_refunds: `select count(*) as value from refunds r
    where r.payment_id = :paymentId and r.requested_at <= :asOf and r.state not in ('refused', 'withdrawn')`,
  refunded_minor: `select coalesce(sum(r.amount_minor), 0)::bigint as value from refunds r
    where r.payment_id = :paymentId and r.state = 'done' and r.decided_at <= :asOf`,
  neighbours: `select count(*) as value from payments p, ${ORDER}
    where p.company_id = o.company_id and p.id <> o.id and p.status = 'success' and p.test_mode = o.test_mode
      and p.paid_at between o.paid_at - interval '3 days' and least(o.paid_at + interval '3 days', :asOf)`,
  faults: `select count(*) as value from audit_logs a, ${ORDER}, ${PERIOD}
    where a.company_id = o.company_id and a.action_type in ('workspace_started', 'workspace_restarted')
      and not a.success and a.timestamp between period.from_at and period.to_at`,
  earlier_payments: `select count(*) as value from payments p, ${ORDER}
    where p.company_id = o.company_id and p.user_id = o.user_id and p.id <> o.id and p.status = 'success'
      and p.test_mode = o.test_mode and p.paid_at < o.created_at and p.paid_at > o.created_at - interval '400 days'
      and not exists (select from refunds r where r.payment_id = p.id and r.state not in ('refused', 'withdrawn')
        and r.requested_at <= :asOf
        and coalesce(r.policy, '') not in ('withdrawal', 'goodwill', 'service_fault', 'not_as_ordered'))
      and not exists (select from disputes d where d.payment_id = p.id and d.opened_at <= :asOf)`,
};

function secondsIn(times: string): string {
  return `(select coalesce(sum(extract(epoch from upper(one) - lower(one))), 0) from unnest(${times}) as one)`;
}
