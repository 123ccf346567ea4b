-- What a session can show at least: seconds in which the person was seen to use keyboard or pointer. The span from start to
-- end is the most it can show. Disputes need both, and kept apart.
alter table workspace_sessions
  add column interactive_seconds integer not null default 0,
  add constraint ck_workspace_sessions_interactive check (interactive_seconds >= 0);

-- Hours of a period: the sessions of a company that reach into it, and those of one workspace; also the newest use of a workspace.
create index idx_workspace_sessions_company_end
  on workspace_sessions (company_id, (coalesce(ended_at, last_activity_at)));
create index idx_workspace_sessions_workspace_end
  on workspace_sessions (workspace_id, (coalesce(ended_at, last_activity_at)));

-- A member's own workspaces, newest first.
create index idx_workspaces_owner on workspaces (company_id, owner_user_id, id);
