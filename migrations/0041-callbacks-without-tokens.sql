-- A notification about a card that its payer lets PayTR keep names the card and its payer by two tokens, which can
-- charge that card. They are replaced before a notification is kept, so the hash of what came is stored beside it.

select lock_patiently('payment_callbacks');

-- SHA-256 of the bytes as they came, in hex. Without such tokens it is the hash of the body.
alter table payment_callbacks alter column body_sha256 drop expression;
alter table payment_callbacks alter column body_sha256 set not null;

create or replace function refuse_rewriting_callback() returns trigger
language plpgsql as $$
begin
  if (new.payment_id, new.merchant_oid, new.body, new.body_sha256, new.ip_address, new.received_at, new.outcome)
     is distinct from
     (old.payment_id, old.merchant_oid, old.body, old.body_sha256, old.ip_address, old.received_at, old.outcome) then
    raise exception 'a notification is kept as it came: update refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
