-- A company has one open order: two payment pages at once could both be paid, each by a rule that looked only at itself.
select lock_patiently('payments');

alter table payments
  -- When another order of the company took its place, or when it no longer fitted what the company had paid for. Its page is
  -- not shown any more; the gateway may still report a charge. Null otherwise.
  add column superseded_at timestamptz,
  -- How often the gateway was asked about it in vain, and when it is asked again. Null: as soon as the payment is overdue.
  add column asks_failed   integer     not null default 0,
  add column ask_again_at  timestamptz,
  -- The last try and why it failed, for the people who look after it.
  add column asked_at      timestamptz,
  add column ask_problem   text;

-- Of the orders that were open at once, the newest stays.
update payments set superseded_at = now()
where status = 'pending'
  and exists (select 1 from payments as newer
              where newer.company_id = payments.company_id and newer.status = 'pending' and newer.id > payments.id);

create unique index uq_payments_open_order on payments (company_id) where status = 'pending' and superseded_at is null;

-- Invoices: number and time are given together, so that the higher number is never the older one.
alter table invoice_counters
  -- When the last number was given. Null: before this migration.
  add column last_issued_at timestamptz;

update invoice_counters set last_issued_at =
  (select max(invoices.issued_at) from invoices where invoices.year = invoice_counters.year);
