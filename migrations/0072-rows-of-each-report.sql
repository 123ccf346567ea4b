-- Each report of payouts keeps all of its rows, and the newest report about a day says what was paid out on it.
-- Until now a row was kept once, by the first report that had it:
--
-- 1. A sum that was corrected and then set back stayed corrected, since the row was there already.
-- 2. A payout that a later report lacked still counted.
-- 3. The same sum twice on a day counted once, and of two sums to one account only the later one.
-- 4. An order with a corrected amount counted with both.

alter table gateway_payouts add column ordinal integer not null default 1;
alter table gateway_payouts alter column ordinal drop default;
alter table gateway_payouts drop constraint uq_gateway_payouts_sums;
alter table gateway_payouts add constraint uq_gateway_payouts_row
  unique (report_id, day, currency, iban, sales_minor, returns_minor, net_minor, ordinal);
alter table gateway_payouts add constraint ck_gateway_payouts_ordinal check (ordinal > 0);
create index idx_gateway_payouts_day on gateway_payouts (day, currency);

alter table gateway_payout_lines drop constraint uq_gateway_payout_lines_line;
alter table gateway_payout_lines add constraint uq_gateway_payout_lines_row
  unique (report_id, merchant_oid, amount_minor, currency, ordinal);

-- The rows that reports of before did not keep, as they counted so far: the newest of each day and account.
insert into gateway_payouts (report_id, day, currency, iban, sales_minor, returns_minor, net_minor, ordinal)
select report.id, known.day, known.currency, known.iban, known.sales_minor, known.returns_minor, known.net_minor, 1
from gateway_reports as report cross join lateral (
  select distinct on (day, currency, iban) payout.*
  from gateway_payouts as payout
  where payout.day between report.from_day and report.to_day and payout.report_id <= report.id
  order by day, currency, iban, payout.id desc) as known
where report.kind = 'payouts' and report.row_count > 0
on conflict do nothing;

insert into gateway_payout_lines (report_id, day, merchant_oid, payment_id, currency, ordinal, amount_minor)
select report.id, line.day, line.merchant_oid, line.payment_id, line.currency, line.ordinal, line.amount_minor
from gateway_reports as report join gateway_payout_lines as line
  on line.day = report.from_day and line.report_id < report.id
where report.kind = 'payout_lines' and report.row_count > 0
on conflict do nothing;
