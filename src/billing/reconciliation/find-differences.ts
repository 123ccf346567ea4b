import type { Knex } from 'knex';
import type { Difference, DifferenceKind } from './differences.ts';
import { NEWEST_PAYOUT_LINES, PAYOUT_SUMS } from '../finance/newest-payouts.ts';
import { daysBefore, gatewayDay } from './report-days.ts';

/** Older days are settled: the gateway refunds for one year at most, and payouts follow within weeks. */
const LOOK_BACK_DAYS = 400;

/**
 * Everything that does not add up at a moment: between the books and the gateway's lists, within these, and
 * between payments and subscriptions. Reads only. Every question is about all companies.
 */
export async function findDifferences(
  db: Knex,
  { at, production }: { at: Date; production: boolean },
): Promise<Difference[]> {
  // The oldest day that is looked at, as `2026-11-30`.
  const look = { at, production, from: daysBefore(gatewayDay(at), LOOK_BACK_DAYS) };
  const found: Difference[] = [];
  // One after the other: they run beside what people do.
  for (const kind of Object.keys(questions) as DifferenceKind[]) {
    const { rows } = await db.raw<{ rows: Omit<Difference, 'kind'>[] }>(questions[kind](), look);
    for (const row of rows) found.push({ ...row, kind });
  }
  return found;
}

/**
 * A charge is in a payout by then. The gateway agrees the days with each store; none that we know of waits
 * longer, and a question that comes late is better than one about money that is on its way.
 */
const PAID_OUT_WITHIN_DAYS = 45;

/** A charge of ours, in these states: it waits for a person in `review`, and was given back in `refunded`. */
const CHARGED = "payments.status in ('success', 'review', 'refunded')";

/**
 * Days whose transaction list was fetched when they were over by a day. The gateway lists by its own clock,
 * so a charge around midnight may be on the day beside ours.
 */
const listedDays = `
  select day::date as day from gateway_reports,
    lateral generate_series(greatest(from_day, :from::date), to_day, interval '1 day') as day
  where kind = 'transactions' and to_day >= :from::date
    and last_fetched_at >= (day + interval '2 days') at time zone 'Europe/Istanbul'`;

const chargedDay = `(payments.charged_at at time zone 'Europe/Istanbul')::date`;

/** Months are counted from a day that may be ahead of now, so that it says nothing about what is paid. */
const paidUntil = 'coalesce(subscriptions.next_period_ends_at, subscriptions.period_ends_at)';

const questions: Record<DifferenceKind, () => string> = {
  sale_without_payment: () => `
    select merchant_oid as about, null::bigint as payment_id, null::bigint as company_id, min(currency) as currency,
      null::bigint as ours_minor, sum(paid_minor)::bigint as theirs_minor
    from gateway_movements
    where kind = 'sale' and payment_id is null and day >= :from::date
    group by merchant_oid`,

  charge_not_settled: () => `
    select payments.merchant_oid as about, payments.id as payment_id, payments.company_id, min(sale.currency) as currency,
      case when payments.currency = min(sale.currency) then payments.amount_minor end as ours_minor,
      sum(sale.paid_minor)::bigint as theirs_minor
    from gateway_movements as sale join payments on payments.id = sale.payment_id
    where sale.kind = 'sale' and sale.day >= :from::date and payments.charged_at is null
    group by payments.id`,

  // Either of the gateway's two amounts may be the one with a surcharge for instalments.
  amount_differs: () => `
    select payments.merchant_oid as about, payments.id as payment_id, payments.company_id, payments.charged_currency::text as currency,
      payments.charged_minor as ours_minor, sum(sale.paid_minor)::bigint as theirs_minor
    from gateway_movements as sale join payments on payments.id = sale.payment_id
    where sale.kind = 'sale' and sale.day >= :from::date and payments.charged_minor is not null and ${CHARGED}
    group by payments.id
    having payments.charged_minor not in (sum(sale.paid_minor), sum(sale.amount_minor))
      or bool_or(sale.currency <> payments.charged_currency)`,

  payment_not_listed: () => `
    with listed as (${listedDays})
    select payments.merchant_oid as about, payments.id as payment_id, payments.company_id, payments.charged_currency::text as currency,
      payments.charged_minor as ours_minor, null::bigint as theirs_minor
    from payments
    where payments.charged_at >= :from::date and ${CHARGED}
      and not (payments.test_mode and :production)
      and ${chargedDay} in (select day from listed) and ${chargedDay} - 1 in (select day from listed)
      and not exists (
        select from gateway_movements as sale where sale.payment_id = payments.id and sale.kind = 'sale')`,

  return_not_booked: () => `
    select payments.merchant_oid as about, payments.id as payment_id, payments.company_id, min(given.currency) as currency,
      coalesce(max(ours.minor), 0)::bigint as ours_minor, sum(given.paid_minor)::bigint as theirs_minor
    from gateway_movements as given join payments on payments.id = given.payment_id
      left join lateral (
        select sum(refunds.amount_minor)::bigint as minor from refunds
        where refunds.payment_id = payments.id and refunds.state = 'done') as ours on true
    where given.kind = 'return' and given.day >= :from::date
    group by payments.id
    having sum(given.paid_minor) > coalesce(max(ours.minor), 0)`,

  refund_not_listed: () => `
    with listed as (${listedDays})
    select payments.merchant_oid as about, payments.id as payment_id, payments.company_id, min(refunds.currency)::text as currency,
      sum(refunds.amount_minor)::bigint as ours_minor, coalesce(max(theirs.minor), 0)::bigint as theirs_minor
    from refunds join payments on payments.id = refunds.payment_id
      left join lateral (
        select sum(given.paid_minor)::bigint as minor from gateway_movements as given
        where given.payment_id = payments.id and given.kind = 'return') as theirs on true
    where refunds.state = 'done' and refunds.decided_at >= :from::date
      and not (payments.test_mode and :production)
      and (refunds.decided_at at time zone 'Europe/Istanbul')::date in (select day from listed)
    group by payments.id
    having sum(refunds.amount_minor) > coalesce(max(theirs.minor), 0)`,

  payout_without_payment: () => `
    select line.merchant_oid as about, payments.id as payment_id, payments.company_id, min(line.currency) as currency,
      payments.charged_minor as ours_minor, sum(line.amount_minor)::bigint as theirs_minor
    from (${NEWEST_PAYOUT_LINES}) as line left join payments on payments.id = line.payment_id
    where line.day >= :from::date and (payments.id is null or payments.charged_at is null)
    group by line.merchant_oid, payments.id`,

  payout_sum_differs: () => `
    select to_char(day, 'YYYY-MM-DD') || ' ' || currency as about, null::bigint as payment_id, null::bigint as company_id,
      currency, lines_minor as ours_minor, sales_minor as theirs_minor
    from (${PAYOUT_SUMS}) as sums
    where differs and day >= :from::date
      and exists (
        select from gateway_reports
        where kind = 'payout_lines' and from_day = day
          and last_fetched_at >= (day + interval '1 day') at time zone 'Europe/Istanbul')`,

  charge_not_paid_out: () => `
    with paid as (${NEWEST_PAYOUT_LINES})
    select payments.merchant_oid as about, payments.id as payment_id, payments.company_id, payments.charged_currency::text as currency,
      payments.charged_minor as ours_minor, 0::bigint as theirs_minor
    from payments
    where payments.id in (
        select sale.payment_id from gateway_movements as sale
        where sale.kind = 'sale' and sale.day >= :from::date
          and sale.day < (:at::timestamptz at time zone 'Europe/Istanbul')::date - ${String(PAID_OUT_WITHIN_DAYS)})
      and ${CHARGED} and not (payments.test_mode and :production)
      and not exists (select from paid where paid.payment_id = payments.id)
      and payments.charged_minor > coalesce((
        select sum(refunds.amount_minor) from refunds
        where refunds.payment_id = payments.id and refunds.state = 'done'), 0)
      and exists (
        select from gateway_reports
        where kind = 'payouts' and last_fetched_at > :at::timestamptz - interval '2 days')`,

  paid_not_active: () => `
    select companies.subdomain as about, max(invoices.payment_id) as payment_id, companies.id as company_id,
      null::text as currency, null::bigint as ours_minor, null::bigint as theirs_minor
    from invoices
      join payments on payments.id = invoices.payment_id
      join companies on companies.id = invoices.company_id
      join subscriptions on subscriptions.company_id = invoices.company_id
    where invoices.period_start <= :at and invoices.period_end > :at and payments.status = 'success'
      and not exists (
        select from refunds
        where refunds.payment_id = payments.id and refunds.state = 'done'
          and (refunds.ends_paid_time or refunds.ends_paid_time is null))
      -- Time of an earlier payment that was taken back moved this one's forward.
      and not exists (
        select from refunds
        where refunds.company_id = companies.id and refunds.state = 'done' and refunds.ends_paid_time
          and refunds.decided_at > invoices.issued_at)
      and (subscriptions.period_ends_at is null or ${paidUntil} <= :at)
    group by companies.id`,

  active_not_paid: () => `
    select companies.subdomain as about, null::bigint as payment_id, companies.id as company_id,
      null::text as currency, null::bigint as ours_minor, null::bigint as theirs_minor
    from subscriptions join companies on companies.id = subscriptions.company_id
    where ${paidUntil} > :at
      and not exists (
        select from invoices join payments on payments.id = invoices.payment_id
        where invoices.company_id = companies.id and invoices.period_end > :at and payments.status = 'success')`,

  paid_without_legal_invoice: () => `
    select invoices.invoice_no || case when legal.returns_id is null then '' else ' #' || legal.id end as about, invoices.payment_id, legal.company_id,
      legal.currency::text as currency, legal.total_minor as ours_minor, null::bigint as theirs_minor
    from legal_invoices as legal join invoices on invoices.id = legal.invoice_id
    where legal.state = 'due' and legal.due_at < :at`,

  report_unreadable: () => `
    select to_char(from_day, 'YYYY-MM-DD') || ' ' || kind as about, null::bigint as payment_id, null::bigint as company_id,
      null::text as currency, null::bigint as ours_minor, null::bigint as theirs_minor
    from gateway_reports
    where to_day >= :from::date and problems <> '[]'::jsonb
    group by from_day, kind`,
};
