-- The audit trail, and what a stranger sent that proves nothing.

-- The first moment of a month, in UTC, whatever the time zone of the session: so many months after the one of
-- `at`.
create function month_start(at timestamptz, months integer) returns timestamptz
  language sql
  immutable
  strict
  parallel safe
  return (date_trunc('month', at at time zone 'UTC') + months * interval '1 month') at time zone 'UTC';

create sequence audit_logs_ids;

-- One row is something that happened and that we may have to prove. Append-only: nobody updates or deletes
-- it.
-- Owner: audit. Kept 24 months after the paid period it belongs to; whole months are dropped, see
-- drop_expired_partitions.
create table audit_logs (
  id             bigint      not null default nextval('audit_logs_ids'),
  timestamp      timestamptz not null,
  -- The person it is about or who did it (see actor_type). Null when there is none: an unknown e-mail, the
  -- system.
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
  -- Given by the writer, so that an event replayed after a crash is the same event. Null: written before
  -- events had ids.
  event_id       uuid,
  constraint pk_audit_logs         primary key (id, timestamp),
  constraint fk_audit_logs_user    foreign key (user_id) references users (id) on delete restrict,
  constraint fk_audit_logs_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_audit_logs_actor   check (actor_type in ('user', 'operator', 'gateway', 'system', 'anonymous')),
  constraint ck_audit_logs_action  check (action_type ~ '^[a-z][a-z_]{1,63}$')
) partition by range (timestamp);
alter sequence audit_logs_ids owned by audit_logs.id;

-- A replay inserts `on conflict (event_id, timestamp) do nothing`: a unique index of a partitioned table has
-- its key in it.
create unique index uq_audit_logs_event on audit_logs (event_id, timestamp);
-- Indexes set the pace of writing, so there is one only for what a query needs. The names lead with the
-- column they bear. Times ascend: new rows then fill the last page of their company, where descending times
-- would split it in the middle; a list that is newest first reads the index backwards. Rows come in the order
-- of their time, so that a few bytes for each stretch of pages say which times it holds.
create index idx_audit_logs_timestamp on audit_logs using brin (timestamp);
-- The viewer: a company's rows in their order, by keyset.
create index idx_audit_logs_company_id on audit_logs (company_id, timestamp, id);
-- The viewer's filter by person, and the evidence bundle: what a person did.
create index idx_audit_logs_user_id on audit_logs (user_id, timestamp, id);
-- The viewer's filters, and for the bundle what was done to a person. Without the time many rows share one
-- entry, which makes these a third of the size. What is rare is found by them and sorted; what is frequent is
-- soon met in the company's own order.
create index idx_audit_logs_action_type on audit_logs (action_type, company_id);
create index idx_audit_logs_resource_type on audit_logs (resource_type, company_id, resource_id);
create index idx_audit_logs_ip_address on audit_logs (company_id, ip_address);
-- Failures are rare, and asked for in order.
create index idx_audit_logs_company_failures on audit_logs (company_id, timestamp, id) where not success;
-- The sign-ins of a person, counted for the summary of the bundle.
create index idx_audit_logs_user_logins on audit_logs (user_id) where action_type = 'login';

create trigger refuse_change before update or delete on audit_logs
  for each row execute function refuse_change();
-- Of a whole table, so each partition has its own: make_month_partition and the default partition below.
create trigger refuse_truncate before truncate on audit_logs
  for each statement execute function refuse_change();

-- A row of a month that nobody has made a partition for: never refused, and moved when the partition is made.
create table audit_logs_default partition of audit_logs default;
create trigger refuse_truncate before truncate on audit_logs_default
  for each statement execute function refuse_change();

-- Inserts one row as part of the caller's transaction and returns null, or returns why it could not, in which
-- case the caller's transaction goes on as if nothing had been tried: a savepoint in one round trip. Takes
-- the columns one by one: Postgres spends a third less on them than on the same row as json.
create function write_audit_row(
  event_id        uuid,
  happened_at     timestamptz,
  user_id         bigint,
  company_id      bigint,
  actor_type      text,
  action_type     text,
  resource_type   text,
  resource_id     text,
  ip_address      inet,
  user_agent      text,
  request_method  text,
  request_path    text,
  request_id      text,
  details         jsonb,
  success         boolean,
  error_message   text
) returns text
language plpgsql as $$
begin
  insert into audit_logs (
    event_id, timestamp, user_id, company_id, actor_type, action_type, resource_type, resource_id, ip_address, user_agent,
    request_method, request_path, request_id, details, success, error_message
  )
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);
  return null;
exception when others then
  return format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
end
$$;

-- One row: between which ages the app may write an audit row. The app reads it; only the owner of the tables
-- changes it. Owner: audit.
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

-- Refuses a row of another time than the app may write: whoever has the app's password cannot make evidence
-- of another day. The owner of the table is not bound: it makes and fills partitions.
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

-- The condition alone is looked at for nearly every row: the function runs for those that were late, or are
-- wrong.
create trigger refuse_time before insert on audit_logs
  for each row
  when (new.timestamp not between clock_timestamp() - interval '1 hour' and clock_timestamp() + interval '1 minute')
  execute function refuse_time();

-- One row is something a stranger sent that proves nothing: an unsigned callback, a forged form. It is in
-- nobody's evidence.
-- Owner: audit. A ring: slot is reused, so the table can never grow beyond its number of slots.
create table security_events (
  slot       integer     not null,
  at         timestamptz not null,
  kind       text        not null,
  ip_address inet,
  path       text,
  request_id text,
  details    jsonb       not null default '{}',
  constraint pk_security_events      primary key (slot),
  constraint ck_security_events_slot check (slot between 0 and 9999)
);
create index idx_security_events_at on security_events (at);
create sequence security_events_slot minvalue 0 maxvalue 9999 start 0 cycle;
-- What one address did in the last minute, and the page of one kind, newest first.
create index idx_security_events_kind on security_events (kind, at desc, slot desc);

-- Each kind of security event has a ring of its own, so that a flood of one kind overwrites no other: slots
-- 2000 n to 2000 n + 1999.
create sequence security_events_unsigned_callback minvalue 0 maxvalue 1999 start 0 cycle;
create sequence security_events_forged_request minvalue 0 maxvalue 1999 start 0 cycle;
create sequence security_events_access_refused minvalue 0 maxvalue 1999 start 0 cycle;
create sequence security_events_sign_in_refused minvalue 0 maxvalue 1999 start 0 cycle;
create sequence security_events_token_refused minvalue 0 maxvalue 1999 start 0 cycle;

-- One row is what was refused in one window: attempts of one kind, against one account or token, from one
-- address. It becomes one row of audit_logs when the window is over, or when somebody downloads evidence, and
-- is deleted in the same transaction. So a stranger who tries without end makes one row a window and not one
-- a try. Owner: audit.
create table refused_attempts (
  -- SHA-256 of kind, whom it is about, and address.
  key            text        not null,
  -- The same without the address: so many addresses are kept apart, those beyond share one row.
  subject        text        not null,
  company_id     bigint,
  user_id        bigint,
  -- The first attempt as a row of audit_logs, as the audit spool keeps it.
  event          text        not null,
  attempts       bigint      not null,
  -- The first so many have rows of their own already.
  own_rows       integer     not null,
  first_at       timestamptz not null,
  last_at        timestamptz not null,
  window_ends_at timestamptz not null,
  constraint pk_refused_attempts          primary key (key),
  constraint fk_refused_attempts_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_refused_attempts_user     foreign key (user_id) references users (id) on delete restrict,
  constraint ck_refused_attempts_attempts check (attempts > 0 and own_rows >= 0)
);
create index idx_refused_attempts_subject on refused_attempts (subject);
create index idx_refused_attempts_window on refused_attempts (window_ends_at);
create index idx_refused_attempts_user on refused_attempts (user_id);
create index idx_refused_attempts_company on refused_attempts (company_id);
