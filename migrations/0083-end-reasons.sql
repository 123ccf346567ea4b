-- More reasons why a session ends; those of old rows stay. `not valid`, so that the lock is held for an instant; 0084 looks at the
-- old rows. `deactivated` and `lapsed` are written no longer: both are `revoked`, and the audit row says which.
select lock_patiently('workspace_sessions');

alter table workspace_sessions drop constraint ck_workspace_sessions_reason;
alter table workspace_sessions
  add constraint ck_workspace_sessions_reason check (end_reason in (
    'closed', 'idle', 'signed-out', 'stopped', 'revoked', 'replaced', 'app-shutdown', 'deleted', 'deactivated', 'lapsed')) not valid,
  -- When the browser last closed a connection in the regular way. Null: never, or nobody could see it.
  add column disconnected_at timestamptz;
