-- Rows that are evidence but live on (a payment is decided, a session ends) may change and never go away.
create trigger refuse_delete before delete on payments
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on payments
  for each statement execute function refuse_change();
create trigger refuse_delete before delete on workspace_sessions
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on workspace_sessions
  for each statement execute function refuse_change();
create trigger refuse_delete before delete on membership_periods
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on membership_periods
  for each statement execute function refuse_change();

-- A notification is kept as it came: of its row only the count of repeats and their last time may change.
create function refuse_rewriting_callback() returns trigger
language plpgsql as $$
begin
  if (new.payment_id, new.merchant_oid, new.body, new.ip_address, new.received_at, new.outcome)
     is distinct from (old.payment_id, old.merchant_oid, old.body, old.ip_address, old.received_at, old.outcome) then
    raise exception 'a notification is kept as it came: update refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting before update on payment_callbacks
  for each row execute function refuse_rewriting_callback();
create trigger refuse_delete before delete on payment_callbacks
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on payment_callbacks
  for each statement execute function refuse_change();
