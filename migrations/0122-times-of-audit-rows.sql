-- One row: between which ages the app may write an audit row. The app reads it; only the owner of the tables changes it. Owner: audit.
create table audit_time_bounds (
  -- An event may have waited in the spool for so long.
  oldest interval not null,
  -- The app's clock may be so much ahead of the database's.
  ahead  interval not null,
  is_row boolean  not null default true,
  constraint pk_audit_time_bounds     primary key (is_row),
  constraint ck_audit_time_bounds_row check (is_row)
);
insert into audit_time_bounds (oldest, ahead) values ('31 days', '5 minutes');

-- Refuses a row of another time than the app may write: whoever has the app's password cannot make evidence of another day. The
-- owner of the table is not bound: it makes and fills partitions.
create function refuse_time() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') or exists (
    select from audit_time_bounds
    where new.timestamp between clock_timestamp() - oldest and clock_timestamp() + ahead
  ) then
    return new;
  end if;
  raise exception 'an audit row of % cannot be written at %', new.timestamp, clock_timestamp()
    using errcode = 'check_violation', constraint = 'ck_audit_logs_time';
end
$$;

select lock_patiently('audit_logs');

-- The condition alone is looked at for nearly every row: the function runs for those that were late, or are wrong.
create trigger refuse_time before insert on audit_logs
  for each row
  when (new.timestamp not between clock_timestamp() - interval '1 hour' and clock_timestamp() + interval '1 minute')
  execute function refuse_time();
