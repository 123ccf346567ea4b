-- One row is a connection by SSH whose key was proven and which was told a workspace: it lets the session command go on after the app
-- was restarted. Owner: workspace. Swept a day after it was made, unless its session is open.
create table ssh_connections (
  -- SHA-256 of the pass that sshd was given: the session_id of the workspace session.
  connection_hash text        not null,
  -- SHA-256 of what only the session command knows.
  resume_hash     text        not null,
  key_id          bigint      not null,
  company_id      bigint      not null,
  user_id         bigint      not null,
  workspace_id    bigint      not null,
  -- Null when sshd did not say.
  ip_address      inet,
  created_at      timestamptz not null,
  constraint pk_ssh_connections           primary key (connection_hash),
  constraint uq_ssh_connections_resume    unique (resume_hash),
  constraint fk_ssh_connections_key       foreign key (key_id) references ssh_keys (id) on delete restrict,
  constraint fk_ssh_connections_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_ssh_connections_user      foreign key (user_id) references users (id) on delete restrict,
  constraint fk_ssh_connections_workspace foreign key (workspace_id) references workspaces (id) on delete restrict,
  constraint ck_ssh_connections_hashes    check (connection_hash ~ '^[0-9a-f]{64}$' and resume_hash ~ '^[0-9a-f]{64}$')
);
create index idx_ssh_connections_created_at on ssh_connections (created_at);
