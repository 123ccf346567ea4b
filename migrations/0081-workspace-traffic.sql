-- What flowed between a person's browser and the workspace itself, in whole minutes. Connected: a request, or an open
-- connection. Active: something was sent to the workspace. The last counted minute beside each, so that none counts twice.
alter table workspace_sessions
  add column connected_minutes integer not null default 0,
  add column active_minutes    integer not null default 0,
  -- Both null until the first such minute.
  add column connected_until   timestamptz,
  add column active_until      timestamptz,
  add constraint ck_workspace_sessions_traffic check (active_minutes >= 0 and connected_minutes >= active_minutes);
