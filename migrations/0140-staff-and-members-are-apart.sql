-- The platform's staff never belong to a customer's company, and never let anybody into one: what such an account did would
-- read as the customer's own. The code says so, and here the database does, whoever writes.
select lock_patiently('users');

-- A person stays what they are: of their company, or of the platform's staff.
create function refuse_change_of_company() returns trigger language plpgsql as $$
begin
  raise exception 'users.company_id never changes: staff cannot become members, nor members staff or somebody else''s'
    using errcode = 'integrity_constraint_violation';
end
$$;

create trigger users_keep_company before update of company_id on users
for each row when (old.company_id is distinct from new.company_id) execute function refuse_change_of_company();

-- For the key below: id alone is unique already.
alter table users add constraint uq_users_company_id unique (company_id, id);

select lock_patiently('invitations');

-- Invitations that staff sent and nobody has accepted yet.
update invitations set revoked_at = now()
where accepted_at is null and revoked_at is null
  and invited_by in (select id from users where company_id is null);

-- Whoever invites belongs to the company. Not valid: rows of invitations that staff sent stay as they were.
alter table invitations add constraint fk_invitations_inviter_company
  foreign key (company_id, invited_by) references users (company_id, id) on delete restrict not valid;
