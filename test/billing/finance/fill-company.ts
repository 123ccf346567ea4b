import type { Knex } from 'knex';

/** The company whose lists are filled, its admin, and how many rows each list gets. */
interface Filling {
  companyId: number;
  userId: number;
  rows: number;
}

/**
 * Fills every list of billing with so many rows of one company, a minute apart, the newest first: paid orders
 * with receipts, legal invoices due and issued, refunds with reversals, charges in review, differences. The
 * order LONGPAID1 has as many refunds more, and LONGREVIEW1 as many notes.
 */
export async function fillCompany(db: Knex, filling: Filling): Promise<void> {
  for (const statement of STATEMENTS) await db.raw(statement, { ...filling });
}

const AT = `now() - interval '1 minute' * n`;

const STATEMENTS = [
  `insert into payments
     (company_id, user_id, merchant_oid, plan, currency, amount_minor, charged_minor, status, review_reason, created_at,
      decided_at, paid_at, client_ip, user_agent, test_mode)
   select :companyId, :userId, (case when paid then 'LONGPAID' else 'LONGREVIEW' end) || n, 'team', 'TRY', 149900, 149900,
     case when paid then 'success' else 'review' end, case when paid then null else 'amount_below_order' end, ${AT}, ${AT},
     case when paid then ${AT} end, '203.0.113.9', 'test browser', false
   from generate_series(1, :rows::int) as n, (values (true), (false)) as kinds (paid)`,
  `insert into invoices
     (payment_id, company_id, year, number, invoice_no, issued_at, plan, period_start, period_end, currency, total_minor,
      tax_minor, tax_percent, buyer, seller)
   select id, company_id, 2019, id, 'LON2019' || lpad(id::text, 9, '0'), paid_at, plan, paid_at, paid_at + interval '1 month',
     currency, charged_minor, 24983, 20, '{"name": "Acme"}', '{"name": "Seller"}'
   from payments where company_id = :companyId and paid_at is not null order by id`,
  // Half of them are issued.
  `insert into legal_invoices
     (company_id, invoice_id, currency, total_minor, created_at, due_at, issuer, type, number, ettn, issued_on, tax_minor,
      tax_percent, issued_at, issued_by)
   select company_id, id, currency, total_minor, issued_at, issued_at + interval '7 days',
     case when issued then 'none' end, case when issued then 'SATIS' end,
     case when issued then 'GIB2019' || lpad(id::text, 9, '0') end, case when issued then gen_random_uuid() end,
     case when issued then date '2019-01-02' end, case when issued then tax_minor end, case when issued then tax_percent end,
     case when issued then issued_at end, case when issued then :userId::bigint end
   from (select *, id % 2 = 0 as issued from invoices where company_id = :companyId) as receipts order by id`,
  `insert into refunds
     (payment_id, company_id, source, amount_minor, currency, state, requested_at, decided_at, ends_paid_time)
   select id, company_id, 'panel', 10000, currency, 'done', paid_at, paid_at, false
   from payments where company_id = :companyId and paid_at is not null order by id`,
  `insert into reversals
     (refund_id, invoice_id, payment_id, company_id, year, number, reversal_no, issued_at, currency, total_minor, tax_minor,
      invoice_no, plan, period_start, period_end, tax_percent, buyer, seller)
   select refunds.id, invoices.id, refunds.payment_id, refunds.company_id, 2019, refunds.id,
     'LOR2019' || lpad(refunds.id::text, 9, '0'), refunds.decided_at, refunds.currency, 10000, 1667, invoice_no, plan,
     period_start, period_end, tax_percent, buyer, seller
   from refunds join invoices using (payment_id) where refunds.company_id = :companyId order by refunds.id`,
  `insert into finance_differences
     (kind, about, payment_id, company_id, currency, ours_minor, theirs_minor, found_at, last_seen_at)
   select 'amount_differs', merchant_oid, id, company_id, currency, 149900, 140000, paid_at, paid_at
   from payments where company_id = :companyId and paid_at is not null order by id`,
  `insert into gateway_reports (kind, from_day, to_day, body, row_count, problems, fetched_at, last_fetched_at)
   values ('transactions', current_date, current_date, '{}', 0, '[]', now(), now())`,
  `insert into gateway_movements
     (report_id, kind, merchant_oid, payment_id, day, ordinal, amount_minor, paid_minor, fee_minor, currency, masked_card)
   select (select max(id) from gateway_reports), 'sale', merchant_oid, id, paid_at::date, 1, charged_minor, charged_minor, 3598,
     currency, '435508AAA4358'
   from payments where company_id = :companyId and paid_at is not null`,
  `insert into refunds
     (payment_id, company_id, source, amount_minor, currency, state, requested_at, decided_at, ends_paid_time)
   select id, company_id, 'panel', 1, currency, 'done', paid_at, paid_at, false
   from payments, generate_series(1, :rows::int) where merchant_oid = 'LONGPAID1'`,
  `insert into payment_reviews (payment_id, company_id, decision, review_reason, note, decided_by, decided_at)
   select id, company_id, 'noted', 'amount_below_order', 'note ' || n, :userId, now() - interval '1 minute' * n
   from payments, generate_series(1, :rows::int) as n where merchant_oid = 'LONGREVIEW1'`,
];
