-- no transaction
-- Makes ready, while everybody works on, what 0045 and 0046 need to turn two tables into partitioned ones in an instant: the
-- key of a partitioned table has the partition's column in it, and a check constraint saves the scan that would prove that
-- all rows fit into the first partition. Every statement may be repeated: a killed run starts again from the top.

drop index concurrently if exists new_pk_audit_logs;
create unique index concurrently new_pk_audit_logs on audit_logs (id, timestamp);
drop index concurrently if exists new_uq_audit_logs_event;
create unique index concurrently new_uq_audit_logs_event on audit_logs (event_id, timestamp);

drop index concurrently if exists new_pk_workspace_sessions;
create unique index concurrently new_pk_workspace_sessions on workspace_sessions (id, started_at);
drop index concurrently if exists new_uq_workspace_sessions_active;
create unique index concurrently new_uq_workspace_sessions_active
  on workspace_sessions (workspace_id, user_id, session_id, access_method, started_at) where ended_at is null;

-- The first partition ends with the next month, so that what is written until 0045 and 0046 have run fits. They must run
-- before it ends: the constraint would refuse later rows. An empty table needs none, there is nothing to scan.
do $$
begin
  perform lock_patiently('audit_logs');
  alter table audit_logs drop constraint if exists ck_audit_logs_first;
  if exists (select from audit_logs) then
    execute format('alter table audit_logs add constraint ck_audit_logs_first check (timestamp < %L) not valid',
      (select month_start(greatest(now(), max(timestamp)), 2) from audit_logs));
  end if;
end
$$;
do $$
begin
  if exists (select from pg_constraint where conrelid = 'audit_logs'::regclass and conname = 'ck_audit_logs_first') then
    alter table audit_logs validate constraint ck_audit_logs_first;
  end if;
end
$$;

do $$
begin
  perform lock_patiently('workspace_sessions');
  alter table workspace_sessions drop constraint if exists ck_workspace_sessions_first;
  if exists (select from workspace_sessions) then
    execute format('alter table workspace_sessions add constraint ck_workspace_sessions_first check (started_at < %L) not valid',
      (select month_start(greatest(now(), max(started_at)), 2) from workspace_sessions));
  end if;
end
$$;
do $$
begin
  if exists (
    select from pg_constraint
    where conrelid = 'workspace_sessions'::regclass and conname = 'ck_workspace_sessions_first'
  ) then
    alter table workspace_sessions validate constraint ck_workspace_sessions_first;
  end if;
end
$$;
