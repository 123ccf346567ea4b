-- The audit trail with fewer and smaller indexes: they set the pace of writing, and took as much room as the rows.
--
-- 1. An event's own id is the key: no row needs a second unique index for the number that it shows.
-- 2. The filter by address reads the company's own order, whose index has the address in it.
-- 3. The action's name is checked without a regular expression, which Postgres would build anew for each row.
select lock_patiently('audit_logs');

-- Rows from before events had ids get one; no bundle shows it. The triggers that refuse a change are off inside this
-- transaction only, which nobody else can look into.
alter table audit_logs disable trigger user;
update audit_logs set event_id = gen_random_uuid() where event_id is null;
alter table audit_logs enable trigger user;
alter table audit_logs
  drop constraint pk_audit_logs,
  alter column event_id set default gen_random_uuid(),
  alter column event_id set not null;
drop index uq_audit_logs_event;

-- A replay inserts `on conflict (event_id, timestamp) do nothing`: the key of a partitioned table has the time in it.
-- Ids are ordered by time, so each new one goes to the end. The number `id` comes from a sequence: it orders rows of
-- the same moment, and is looked up by the company's index.
alter table audit_logs add constraint pk_audit_logs primary key (event_id, timestamp);

drop index idx_audit_logs_ip_address;
drop index idx_audit_logs_company_id;
drop index idx_audit_logs_user_id;

-- The viewer: a company's rows in their order, by keyset; the row that a page starts from; the company's export.
-- The filter by address finds the rows in it without reading those of other addresses: 1 000 000 rows of a company
-- are some 50 ms.
create index idx_audit_logs_company_id on audit_logs (company_id, timestamp, id, ip_address);
-- The viewer's filter by person, and the evidence bundle: what a person did. Most people have less than a page of the
-- index in a month: descending times let them share pages, ascending ones would begin a page for each.
create index idx_audit_logs_user_id on audit_logs (user_id, timestamp desc);

-- The others stay as 0003-audit.sql makes them:
--
-- 1. idx_audit_logs_timestamp: a stretch of time of all companies; a few bytes for each stretch of pages.
-- 2. idx_audit_logs_action_type: the viewer's filter by action. What is rare is found in it and sorted.
-- 3. idx_audit_logs_resource_type: the viewer's filters by kind and number, and for the bundle what was done to a person.
-- 4. idx_audit_logs_company_failures: the viewer's filter by result; only failures are in it.
-- 5. idx_audit_logs_user_logins: sign-ins of a person, counted for the bundle and the person's page; only they are in it.

alter table audit_logs drop constraint ck_audit_logs_action;
-- Two to 64 letters a to z and underscores, beginning with a letter.
alter table audit_logs add constraint ck_audit_logs_action check (
  length(action_type) between 2 and 64
  and left(action_type, 1) <> '_'
  and translate(action_type, 'abcdefghijklmnopqrstuvwxyz_', '') = '');
