-- When the unused part of the time that a payment bought was taken back. The periods behind it came forward by as much,
-- and their invoices do not say so: a second refund counts from where its period lies now (src/billing/life).
select lock_patiently('payments');

alter table payments
  -- Null where it never was; also for an upgrade, which moves no end.
  add column time_taken_at timestamptz;

update payments
  set time_taken_at = refunds.decided_at
  from refunds
  where refunds.payment_id = payments.id and refunds.state = 'done' and refunds.ends_paid_time
    and payments.price_facts -> 'upgrade' is null;
