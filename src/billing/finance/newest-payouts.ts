import { PAYOUT_DAYS } from '../paytr/report.ts';

/**
 * The payouts as the newest report about their day has them: one may have been corrected, or be missing,
 * since an earlier report. A part of a statement: the report of each day is looked for once.
 */
export const NEWEST_PAYOUTS = `
  select days.day, payout.currency, payout.sales_minor, payout.returns_minor, payout.net_minor
  from (select distinct day from gateway_payouts) as days
  cross join lateral (
    select report.id from gateway_reports as report
    where report.kind = 'payouts' and report.from_day <= days.day
      and report.to_day between days.day and days.day + ${String(PAYOUT_DAYS)}
    order by report.last_fetched_at desc, report.id desc limit 1) as newest
  join gateway_payouts as payout on payout.report_id = newest.id and payout.day = days.day`;

/** The same of the orders in the payouts. */
export const NEWEST_PAYOUT_LINES = `
  select line.* from gateway_payout_lines as line join (
    select distinct on (from_day) id from gateway_reports where kind = 'payout_lines'
    order by from_day, last_fetched_at desc, id desc) as newest on newest.id = line.report_id`;

/**
 * Each day and currency with the sum of its orders and those of its payouts, before and after the commission:
 * the gateway's documents do not say which of the two a line is a part of.
 */
export const PAYOUT_SUMS = `
  select day, currency, coalesce(lines.minor, 0) as lines_minor, coalesce(paid.sales_minor, 0) as sales_minor,
    coalesce(lines.minor, 0) not in (coalesce(paid.sales_minor, 0), coalesce(paid.net_of_sales, 0)) as differs,
    paid.day is not null as is_paid
  from (
    select day, currency, sum(sales_minor)::bigint as sales_minor, sum(net_minor + returns_minor)::bigint as net_of_sales
    from (${NEWEST_PAYOUTS}) as newest group by day, currency) as paid
  full join (
    select day, currency, sum(amount_minor)::bigint as minor
    from (${NEWEST_PAYOUT_LINES}) as newest group by day, currency) as lines using (day, currency)`;
