-- One row is the host name of a workspace: `label` before WORKSPACE_DOMAIN. Made when the workspace is first entered. Never given
-- to another workspace, also after a deletion: what a browser keeps for an origin (storage, service workers) stays with it.
-- Owner: workspace. Kept for ever.
create table workspace_hosts (
  label        text        not null,
  workspace_id bigint      not null,
  company_id   bigint      not null,
  created_at   timestamptz not null,
  constraint pk_workspace_hosts           primary key (label),
  constraint uq_workspace_hosts_workspace unique (workspace_id),
  constraint fk_workspace_hosts_workspace foreign key (workspace_id) references workspaces (id) on delete restrict,
  constraint fk_workspace_hosts_company   foreign key (company_id) references companies (id) on delete restrict,
  -- A label of a host name (RFC 1035, section 2.3.4).
  constraint ck_workspace_hosts_label     check (label ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);

-- One row lets a browser that is signed in to the app into one workspace, once. The ticket itself is only in that browser's
-- address bar; here is its SHA-256. Owner: workspace. Swept when expired.
create table workspace_tickets (
  token_hash         text        not null,
  workspace_id       bigint      not null,
  company_id         bigint      not null,
  user_id            bigint      not null,
  -- browser_sessions.sid of the browser that asked for it.
  browser_session_id text        not null,
  created_at         timestamptz not null,
  expires_at         timestamptz not null,
  -- Null until it is exchanged.
  used_at            timestamptz,
  constraint pk_workspace_tickets           primary key (token_hash),
  constraint fk_workspace_tickets_workspace foreign key (workspace_id) references workspaces (id) on delete restrict,
  constraint fk_workspace_tickets_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_workspace_tickets_user      foreign key (user_id) references users (id) on delete restrict
);
create index idx_workspace_tickets_expires_at on workspace_tickets (expires_at);

-- One row is the cookie of one browser at one workspace's host, by its SHA-256. It opens nothing once the browser session is
-- over, the person deactivated, the workspace gone or the plan lapsed. Owner: workspace. Swept when expired.
create table workspace_passes (
  token_hash         text        not null,
  workspace_id       bigint      not null,
  company_id         bigint      not null,
  user_id            bigint      not null,
  browser_session_id text        not null,
  created_at         timestamptz not null,
  expires_at         timestamptz not null,
  constraint pk_workspace_passes           primary key (token_hash),
  constraint fk_workspace_passes_workspace foreign key (workspace_id) references workspaces (id) on delete restrict,
  constraint fk_workspace_passes_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_workspace_passes_user      foreign key (user_id) references users (id) on delete restrict
);
create index idx_workspace_passes_browser on workspace_passes (browser_session_id, workspace_id);
create index idx_workspace_passes_expires_at on workspace_passes (expires_at);
