-- The currency that a charge was made in. It is that of the order but for a charge in review whose order names another:
-- that money is summed and given back in its own.
select lock_patiently('payments');

alter table payments
  -- Null while nothing is charged, and for a charge in a currency that has no prices here, whose amount is null as well.
  add column charged_currency char(3),
  add constraint ck_payments_charged_currency check (charged_currency in ('TRY', 'USD', 'EUR')),
  add constraint ck_payments_charged check (charged_minor is null or charged_currency is not null) not valid;

create or replace function note_charge() returns trigger language plpgsql as $function$
begin
  if new.charged_minor is not null then
    new.charged_currency := coalesce(new.charged_currency, new.currency);
  end if;
  if tg_op = 'UPDATE' and old.charged_at is not null then
    new.charged_at := old.charged_at;
  elsif new.charged_minor is not null then
    new.charged_at := coalesce(new.paid_at, new.decided_at);
  end if;
  return new;
end
$function$;

create or replace function refuse_rewriting_paid() returns trigger language plpgsql as $function$
begin
  if (new.status, new.decided_at, new.paid_at, new.installment_count, new.payment_type, new.failed_reason_code,
      new.failed_reason_message, new.review_reason)
     is distinct from
     (old.status, old.decided_at, old.paid_at, old.installment_count, old.payment_type, old.failed_reason_code,
      old.failed_reason_message, old.review_reason)
    or (old.charged_currency is not null and new.charged_currency is distinct from old.charged_currency) then
    raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

update payments set charged_currency = currency where charged_minor is not null;

alter table payments validate constraint ck_payments_charged;

-- The sums of a month are read by an index alone (src/billing/finance/month-totals.ts).
drop index idx_payments_charged;
create index idx_payments_charged on payments (charged_at, charged_currency) include (status, charged_minor)
  where charged_at is not null;
