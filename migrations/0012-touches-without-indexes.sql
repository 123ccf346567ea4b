-- A touch of a workspace session moves its last activity, which stood in three indexes: so Postgres put each touch into
-- all nine indexes of the table anew. Now no index has it, and a touch changes the row alone (a HOT update).
select lock_patiently('workspace_sessions');

drop index idx_workspace_sessions_idle;
drop index idx_workspace_sessions_company_end;
drop index idx_workspace_sessions_workspace_end;

-- Hours of a period: the sessions of a company that reach into it, and those of one workspace; also the newest use of a
-- workspace. Open sessions are found in it as those without an end, and are few.
create index idx_workspace_sessions_company_end on workspace_sessions (company_id, ended_at);
create index idx_workspace_sessions_workspace_end on workspace_sessions (workspace_id, ended_at);

-- The others stay as 0004-workspaces.sql makes them:
--
-- 1. pk_workspace_sessions: touches, traffic and ends, which know the number and the start of a session.
-- 2. uq_workspace_sessions_active: only open sessions are in it; the sweeper reads them all and looks at each.
-- 3. idx_workspace_sessions_session_id: what a sign-out ends.
-- 4. idx_workspace_sessions_started_at: a stretch of time of all companies; a few bytes for each stretch of pages.
-- 5. idx_workspace_sessions_user_id, _workspace_id, _company_id: the evidence bundle and the lists, newest first.
