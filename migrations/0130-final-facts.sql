-- What a bundle prints and what is settled may not be rewritten, by whichever role: from the start what a row says of its
-- beginning, and from its end on the rest. What only says how things are today (a role, a plan, billing details) stays open.
-- Each trigger asks its cheap question in `when`, so that the updates the product makes call no function.
select lock_patiently('workspace_sessions');

create function refuse_rewriting_final() returns trigger
language plpgsql as $$
begin
  raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
    using errcode = 'insufficient_privilege';
end
$$;

-- While a session is open, its counts and its last activity only grow.
create trigger refuse_rewriting before update on workspace_sessions
  for each row when (
    (new.id, new.company_id, new.workspace_id, new.user_id, new.started_at, new.ip_address, new.user_agent, new.session_id,
     new.access_method, new.on_behalf_of)
    is distinct from
    (old.id, old.company_id, old.workspace_id, old.user_id, old.started_at, old.ip_address, old.user_agent, old.session_id,
     old.access_method, old.on_behalf_of)
    or new.last_activity_at < old.last_activity_at or new.activity_count < old.activity_count
    or new.interactive_seconds < old.interactive_seconds or new.connected_minutes < old.connected_minutes
    or new.active_minutes < old.active_minutes
    or (new.connected_until is null or new.connected_until < old.connected_until) and old.connected_until is not null
    or (new.active_until is null or new.active_until < old.active_until) and old.active_until is not null
    or old.is_partly_seen and not new.is_partly_seen)
  execute function refuse_rewriting_final();
-- From its end on a session is final but for one thing: what a process had counted before the end and writes after it. Writing
-- waits for a database that does not answer, at most a day; readers never count more than the session's length.
create trigger refuse_rewriting_ended before update on workspace_sessions
  for each row when (
    old.ended_at is not null and (
      (new.ended_at, new.end_reason, new.disconnected_at) is distinct from (old.ended_at, old.end_reason, old.disconnected_at)
      or new.last_activity_at > old.ended_at and new.last_activity_at is distinct from old.last_activity_at
      or now() > old.ended_at + interval '1 day' and
        (new.last_activity_at, new.activity_count, new.interactive_seconds, new.connected_minutes, new.active_minutes,
         new.connected_until, new.active_until, new.is_partly_seen)
        is distinct from
        (old.last_activity_at, old.activity_count, old.interactive_seconds, old.connected_minutes, old.active_minutes,
         old.connected_until, old.active_until, old.is_partly_seen)))
  execute function refuse_rewriting_final();

-- A membership ends once.
create trigger refuse_rewriting before update on membership_periods
  for each row when (
    old.ended_at is not null
    or (new.id, new.user_id, new.company_id, new.started_at) is distinct from (old.id, old.user_id, old.company_id, old.started_at))
  execute function refuse_rewriting_final();

-- Who an account belongs to. The role is a fact of today; access is taken away and given back; sign-ins only get newer.
create trigger refuse_rewriting before update on users
  for each row when (
    (new.id, new.company_id, new.email, new.full_name, new.created_at)
    is distinct from (old.id, old.company_id, old.email, old.full_name, old.created_at)
    or (old.deactivated_at is not null and new.deactivated_at is not null and new.deactivated_at <> old.deactivated_at)
    or (old.last_login_at is not null and (new.last_login_at is null or new.last_login_at < old.last_login_at)))
  execute function refuse_rewriting_final();

-- Billing details are facts of today; what was printed on an invoice stands in the invoice.
create trigger refuse_rewriting before update on companies
  for each row when (
    (new.id, new.name, new.subdomain, new.created_at) is distinct from (old.id, old.name, old.subdomain, old.created_at))
  execute function refuse_rewriting_final();

-- A workspace gets another name only when it is restored and its own was given away.
create trigger refuse_rewriting before update on workspaces
  for each row when (
    (new.id, new.company_id, new.created_at) is distinct from (old.id, old.company_id, old.created_at)
    or (new.name <> old.name and not (old.deleted_at is not null and new.deleted_at is null)))
  execute function refuse_rewriting_final();

-- What was ordered is final from the start, what was charged once it is known, and all of it once the order is paid.
create trigger refuse_rewriting before update on payments
  for each row when (
    (new.id, new.company_id, new.user_id, new.merchant_oid, new.plan, new.currency, new.amount_minor, new.created_at, new.client_ip,
     new.user_agent, new.gateway_user_ip, new.test_mode)
    is distinct from
    (old.id, old.company_id, old.user_id, old.merchant_oid, old.plan, old.currency, old.amount_minor, old.created_at, old.client_ip,
     old.user_agent, old.gateway_user_ip, old.test_mode)
    or (old.charged_minor is not null and new.charged_minor is distinct from old.charged_minor)
    or (old.status = 'success' and
        (new.status, new.decided_at, new.paid_at, new.installment_count, new.payment_type, new.failed_reason_code,
         new.failed_reason_message, new.review_reason)
        is distinct from
        (old.status, old.decided_at, old.paid_at, old.installment_count, old.payment_type, old.failed_reason_code,
         old.failed_reason_message, old.review_reason)))
  execute function refuse_rewriting_final();
