-- One row is a cloud workspace. Deleting one sets deleted_at: its sessions stay evidence.
-- Owner: workspace. Kept while evidence refers to it.
create table workspaces (
  id            bigint      generated always as identity,
  company_id    bigint      not null,
  owner_user_id bigint      not null,
  name          text        not null,
  port          integer     not null,
  created_at    timestamptz not null,
  -- Both null while the workspace exists.
  deleted_at    timestamptz,
  deleted_by    bigint,
  constraint pk_workspaces          primary key (id),
  constraint fk_workspaces_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_workspaces_owner    foreign key (owner_user_id) references users (id) on delete restrict,
  constraint fk_workspaces_deleter  foreign key (deleted_by) references users (id) on delete restrict,
  constraint ck_workspaces_name     check (length(name) between 1 and 60),
  constraint ck_workspaces_port     check (port between 1 and 65535),
  constraint ck_workspaces_deletion check ((deleted_at is null) = (deleted_by is null))
);
create unique index uq_workspaces_name on workspaces (company_id, lower(name)) where deleted_at is null;
create unique index uq_workspaces_port on workspaces (port) where deleted_at is null;
create index idx_workspaces_company on workspaces (company_id, id);

-- One row is a time during which a person used a workspace: the proof that the service was delivered.
-- Owner: workspace (WorkspaceSessionTracker). Kept 24 months after the paid period it belongs to.
create table workspace_sessions (
  id               bigint      generated always as identity,
  company_id       bigint      not null,
  workspace_id     bigint      not null,
  user_id          bigint      not null,
  started_at       timestamptz not null,
  -- The last proof of life, not the moment the end was noticed. Null while the session is active.
  ended_at         timestamptz,
  -- Null while the session is active.
  end_reason       text,
  duration_seconds integer     generated always as (floor(extract(epoch from (ended_at - started_at)))::integer) stored,
  last_activity_at timestamptz not null,
  activity_count   integer     not null default 0,
  ip_address       inet,
  user_agent       text,
  -- SHA-256 of the browser session (or of the token or connection) that used it; never the secret itself.
  session_id       text        not null,
  access_method    text        not null,
  constraint pk_workspace_sessions           primary key (id),
  constraint fk_workspace_sessions_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_workspace_sessions_workspace foreign key (workspace_id) references workspaces (id) on delete restrict,
  constraint fk_workspace_sessions_user      foreign key (user_id) references users (id) on delete restrict,
  constraint ck_workspace_sessions_method    check (access_method in ('web', 'api', 'ssh')),
  constraint ck_workspace_sessions_reason    check (end_reason in ('closed', 'idle', 'signed-out', 'deleted', 'deactivated', 'lapsed')),
  constraint ck_workspace_sessions_end       check ((ended_at is null) = (end_reason is null)),
  constraint ck_workspace_sessions_order     check (ended_at is null or ended_at >= started_at),
  constraint ck_workspace_sessions_activity  check (last_activity_at >= started_at and activity_count >= 0)
);
-- At most one active session per workspace, person, browser and way in.
create unique index uq_workspace_sessions_active
  on workspace_sessions (workspace_id, user_id, session_id, access_method) where ended_at is null;
-- The idle sweeper.
create index idx_workspace_sessions_idle on workspace_sessions (last_activity_at) where ended_at is null;
create index idx_workspace_sessions_workspace_id on workspace_sessions (workspace_id);
create index idx_workspace_sessions_user_id on workspace_sessions (user_id);
create index idx_workspace_sessions_started_at on workspace_sessions (started_at);
create index idx_workspace_sessions_session_id on workspace_sessions (session_id);
-- The evidence bundle, and the list on the workspace page, newest first.
create index idx_workspace_sessions_user_keyset on workspace_sessions (user_id, started_at desc, id desc);
create index idx_workspace_sessions_workspace_keyset on workspace_sessions (workspace_id, started_at desc, id desc);
create index idx_workspace_sessions_company_keyset on workspace_sessions (company_id, started_at desc, id desc);
