-- The person and the company of an audit row were two foreign keys. Each looked its row up and locked it for
-- every row that was written: a quarter of the processor's time of an insert of many rows. Now each statement
-- looks up the people and companies of its rows at its end, and locks none: nobody removes a person or a
-- company.

select lock_patiently('audit_logs');

alter table audit_logs drop constraint fk_audit_logs_user, drop constraint fk_audit_logs_company;

-- Refuses a statement that adds a row of a person or company that does not exist. `offset 0` makes one look-up
-- by the key of each row, where a join would read all people for a single row.
create function refuse_unknown_person() returns trigger
  language plpgsql
as $$
declare
  unknown record;
begin
  select user_id, company_id into unknown from added
  where (user_id is not null and not exists (select from public.users where users.id = added.user_id offset 0))
    or (company_id is not null
      and not exists (select from public.companies where companies.id = added.company_id offset 0))
  limit 1;
  if found then
    raise exception 'insert into % violates a reference: no person % or no company %',
      tg_table_name, unknown.user_id, unknown.company_id
      using errcode = 'foreign_key_violation', constraint = 'fk_audit_logs';
  end if;
  return null;
end
$$;
create trigger refuse_unknown_person after insert on audit_logs
  referencing new table as added
  for each statement execute function refuse_unknown_person();

-- Refuses to delete a row to which evidence refers, now or later. Ids are generated and never change.
create function refuse_delete() returns trigger
  language plpgsql
as $$
begin
  raise exception 'a row of % is never deleted: evidence refers to it', tg_table_name
    using errcode = 'foreign_key_violation';
end
$$;
create trigger refuse_delete before delete on users for each row execute function refuse_delete();
create trigger refuse_delete before delete on companies for each row execute function refuse_delete();
