-- The same promises as 0130, cheaper. Postgres reads the condition of a trigger anew in each statement that updates a row, and a
-- long one cost more than the update itself. So what is final from the start is asked of by a trigger that names its columns:
-- an update that sets none of them is not looked at. And what is final from the end on asks first whether that end has come.
select lock_patiently('payments');

drop trigger refuse_rewriting on payments;

-- What was ordered is final from the start.
create trigger refuse_rewriting before update of
    id, company_id, user_id, merchant_oid, plan, currency, amount_minor, created_at, client_ip, user_agent, gateway_user_ip, test_mode
  on payments
  for each row when (
    (new.id, new.company_id, new.user_id, new.merchant_oid, new.plan, new.currency, new.amount_minor, new.created_at, new.client_ip,
     new.user_agent, new.gateway_user_ip, new.test_mode)
    is distinct from
    (old.id, old.company_id, old.user_id, old.merchant_oid, old.plan, old.currency, old.amount_minor, old.created_at, old.client_ip,
     old.user_agent, old.gateway_user_ip, old.test_mode))
  execute function refuse_rewriting_final();

-- What was charged, once it is known.
create trigger refuse_rewriting_charge before update of charged_minor on payments
  for each row when (old.charged_minor is not null and new.charged_minor is distinct from old.charged_minor)
  execute function refuse_rewriting_final();

-- And all of it once the order is paid.
create function refuse_rewriting_paid() returns trigger
language plpgsql as $$
begin
  if (new.status, new.decided_at, new.paid_at, new.installment_count, new.payment_type, new.failed_reason_code,
      new.failed_reason_message, new.review_reason)
     is distinct from
     (old.status, old.decided_at, old.paid_at, old.installment_count, old.payment_type, old.failed_reason_code,
      old.failed_reason_message, old.review_reason) then
    raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting_paid before update on payments
  for each row when (old.status = 'success') execute function refuse_rewriting_paid();
