-- As 0190: the names that people know, as the first column of what the queries use.
select lock_patiently('workspace_sessions');

drop index idx_workspace_sessions_workspace_id;
drop index idx_workspace_sessions_user_id;
drop index idx_workspace_sessions_started_at;
drop index idx_workspace_sessions_user_keyset;
drop index idx_workspace_sessions_workspace_keyset;
drop index idx_workspace_sessions_company_keyset;

create index idx_workspace_sessions_started_at on workspace_sessions using brin (started_at);
-- The evidence bundle, and the lists on the pages of a workspace and of a company.
create index idx_workspace_sessions_user_id on workspace_sessions (user_id, started_at, id);
create index idx_workspace_sessions_workspace_id on workspace_sessions (workspace_id, started_at, id);
create index idx_workspace_sessions_company_id on workspace_sessions (company_id, started_at, id);
