-- audit_logs becomes a table of monthly partitions; the table of before is the first of them. Nothing is copied, built or
-- scanned (see 0044), so the lock is held for an instant.
select lock_patiently('audit_logs');

-- The names go to the new table. What is a trigger for each row or an identity comes from there too.
do $$
declare
  index_name text;
begin
  for index_name in
    select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'audit_logs'::regclass and c.relname not like 'new\_%' and not i.indisprimary
  loop
    execute format('alter index %I rename to %I', index_name, left('old_' || index_name, 63));
  end loop;
end
$$;
-- More than any id so far, also those that a rolled back transaction has used up.
create sequence audit_logs_ids;
select setval('audit_logs_ids', greatest(nextval(pg_get_serial_sequence('audit_logs', 'id')), max(id))) from audit_logs;
alter table audit_logs alter column id drop identity;
alter table audit_logs drop constraint pk_audit_logs;
alter table audit_logs add constraint old_pk_audit_logs primary key using index new_pk_audit_logs;
alter index new_uq_audit_logs_event rename to old_uq_audit_logs_event;
drop trigger refuse_change on audit_logs;
alter table audit_logs rename to old_audit_logs;

-- One row is something that happened and that we may have to prove. Append-only: nobody updates or deletes it.
-- Owner: audit. Kept 24 months after the paid period it belongs to; whole months are dropped, see drop_expired_partitions.
create table audit_logs (
  id             bigint      not null default nextval('audit_logs_ids'),
  timestamp      timestamptz not null,
  -- The person it is about or who did it (see actor_type). Null when there is none: an unknown e-mail, the system.
  user_id        bigint,
  -- Null when no company is concerned: an unknown e-mail, an operator's own sign-in.
  company_id     bigint,
  actor_type     text        not null,
  action_type    text        not null,
  resource_type  text,
  resource_id    text,
  -- Null when the address could not be read; details then holds the text as it came.
  ip_address     inet,
  user_agent     text,
  request_method text,
  request_path   text,
  request_id     text,
  details        jsonb       not null default '{}',
  success        boolean     not null,
  error_message  text,
  -- Given by the writer, so that an event replayed after a crash is the same event. Null: written before events had ids.
  event_id       uuid,
  constraint pk_audit_logs         primary key (id, timestamp),
  constraint fk_audit_logs_user    foreign key (user_id) references users (id) on delete restrict,
  constraint fk_audit_logs_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_audit_logs_actor   check (actor_type in ('user', 'operator', 'gateway', 'system', 'anonymous')),
  constraint ck_audit_logs_action  check (action_type ~ '^[a-z][a-z_]{1,63}$')
) partition by range (timestamp);
alter sequence audit_logs_ids owned by audit_logs.id;

-- A replay inserts `on conflict (event_id, timestamp) do nothing`: a unique index of a partitioned table has its key in it.
create unique index uq_audit_logs_event on audit_logs (event_id, timestamp);
create index idx_audit_logs_timestamp on audit_logs (timestamp);
create index idx_audit_logs_user_id on audit_logs (user_id);
create index idx_audit_logs_company_id on audit_logs (company_id);
create index idx_audit_logs_action_type on audit_logs (action_type);
create index idx_audit_logs_resource_type on audit_logs (resource_type);
-- The viewer: a tenant's rows, newest first, by keyset.
create index idx_audit_logs_company_keyset on audit_logs (company_id, timestamp desc, id desc);
-- The evidence bundle: what a person did, newest first, and what was done to that person.
create index idx_audit_logs_user_keyset on audit_logs (user_id, timestamp desc, id desc);
create index idx_audit_logs_resource_keyset on audit_logs (resource_type, resource_id, timestamp desc, id desc);
-- The viewer's filters by action and by address within a tenant, and the one for failures, which are rare.
create index idx_audit_logs_company_action on audit_logs (company_id, action_type, timestamp desc, id desc);
create index idx_audit_logs_company_ip on audit_logs (company_id, ip_address, timestamp desc, id desc);
create index idx_audit_logs_company_failures on audit_logs (company_id, timestamp desc, id desc) where not success;

create trigger refuse_change before update or delete on audit_logs
  for each row execute function refuse_change();
-- Of a whole table, so each partition has its own: make_month_partition and the default partition below.
create trigger refuse_truncate before truncate on audit_logs
  for each statement execute function refuse_change();

-- A row of a month that nobody has made a partition for: never refused, and moved when the partition is made.
create table audit_logs_default partition of audit_logs default;
create trigger refuse_truncate before truncate on audit_logs_default
  for each statement execute function refuse_change();

-- Attaches the table of before as the first partition, under a name that says where it ends.
create function attach_first_partition(parent regclass, old regclass, key_column text) returns void
language plpgsql as $$
declare
  has_rows boolean;
  ends_at  timestamptz;
begin
  execute format('select exists (select from %s)', old) into has_rows;
  -- The bound of the check constraint that 0044 proved, or the same again when the table was empty then.
  if has_rows then
    select (regexp_match(pg_get_constraintdef(oid), '''([^'']+)''::timestamp with time zone'))[1]::timestamptz into ends_at
    from pg_constraint where conrelid = old and conname = format('ck_%s_first', parent);
    if ends_at is null then
      execute format('select month_start(greatest(now(), max(%I)), 2) from %s', key_column, old) into ends_at;
    end if;
  else
    ends_at := month_start(now(), 0);
  end if;
  execute format('alter table %s attach partition %s for values from (minvalue) to (%L)', parent, old, ends_at);
  execute format('alter table %s drop constraint if exists ck_%s_first', old, parent);
  execute format('alter table %s rename to %I', old,
    format('%s_before_%s', parent, to_char(ends_at at time zone 'UTC', 'YYYY_MM')));
end
$$;
select attach_first_partition('audit_logs', 'old_audit_logs', 'timestamp');

-- Inserts one row as part of the caller's transaction and returns null, or returns why it could not, in which case the
-- caller's transaction goes on as if nothing had been tried: a savepoint in one round trip. An event that is there already
-- counts as written.
create function write_audit_row(entry json) returns text
language plpgsql as $$
begin
  insert into audit_logs (
    event_id, timestamp, user_id, company_id, actor_type, action_type, resource_type, resource_id, ip_address, user_agent,
    request_method, request_path, request_id, details, success, error_message
  )
  select
    e.event_id, e.timestamp, e.user_id, e.company_id, e.actor_type, e.action_type, e.resource_type, e.resource_id,
    e.ip_address, e.user_agent, e.request_method, e.request_path, e.request_id, e.details, e.success, e.error_message
  from json_to_record(entry) as e (
    event_id uuid, timestamp timestamptz, user_id bigint, company_id bigint, actor_type text, action_type text,
    resource_type text, resource_id text, ip_address inet, user_agent text, request_method text, request_path text,
    request_id text, details jsonb, success boolean, error_message text
  )
  on conflict (event_id, timestamp) do nothing;
  return null;
exception when others then
  return format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
end
$$;
