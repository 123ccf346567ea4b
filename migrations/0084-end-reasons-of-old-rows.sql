-- Looks through every month for a row that 0083 would not allow: there is none. Nobody who reads or writes waits for it.
set local lock_timeout = '10s';
alter table workspace_sessions validate constraint ck_workspace_sessions_reason;
