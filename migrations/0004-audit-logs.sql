-- One row is something that happened and that we may have to prove. Append-only: nobody updates or deletes it.
-- Owner: audit. Kept 24 months after the paid period it belongs to.
create table audit_logs (
  id             bigint      generated always as identity,
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
  constraint pk_audit_logs         primary key (id),
  constraint fk_audit_logs_user    foreign key (user_id) references users (id) on delete restrict,
  constraint fk_audit_logs_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_audit_logs_actor   check (actor_type in ('user', 'operator', 'gateway', 'system', 'anonymous')),
  constraint ck_audit_logs_action  check (action_type ~ '^[a-z][a-z_]{1,63}$')
);
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
-- The viewer's filters by action and by address within a tenant.
create index idx_audit_logs_company_action on audit_logs (company_id, action_type, timestamp desc, id desc);
create index idx_audit_logs_company_ip on audit_logs (company_id, ip_address, timestamp desc, id desc);

create trigger refuse_change before update or delete on audit_logs
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on audit_logs
  for each statement execute function refuse_change();

-- One row is something a stranger sent that proves nothing: an unsigned callback, a forged form. It is in nobody's evidence.
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
