-- Workspaces: their life, their sessions, and how a person gets in.

-- One row is a cloud workspace. Deleting one sets deleted_at: its sessions stay evidence.
-- Owner: workspace. Kept while evidence refers to it.
create table workspaces (
  id                   bigint      generated always as identity,
  company_id           bigint      not null,
  owner_user_id        bigint      not null,
  name                 text        not null,
  port                 integer     not null,
  created_at           timestamptz not null,
  -- Both null while the workspace exists.
  deleted_at           timestamptz,
  deleted_by           bigint,
  -- Since when its program should run, by what a person or the system last asked for; null: it should not. A
  -- restart of the app or of the machine brings back what was running, and nobody enters a workspace that
  -- should not run.
  wanted_running_since timestamptz,
  -- Why the system stopped its program. Null: it runs, or a person stopped it.
  stopped_because      text,
  -- When the destruction of its folder last began: from then on nothing is restored. Null before.
  destroying_since     timestamptz,
  -- When its folder was destroyed; the row stays, since evidence refers to it. Null before, and where it
  -- lives elsewhere.
  destroyed_at         timestamptz,
  constraint pk_workspaces                 primary key (id),
  constraint fk_workspaces_company         foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_workspaces_owner           foreign key (owner_user_id) references users (id) on delete restrict,
  constraint fk_workspaces_deleter         foreign key (deleted_by) references users (id) on delete restrict,
  constraint ck_workspaces_name            check (length(name) between 1 and 60),
  constraint ck_workspaces_port            check (port between 1 and 65535),
  constraint ck_workspaces_deletion        check ((deleted_at is null) = (deleted_by is null)),
  constraint ck_workspaces_stopped_because check (stopped_because in ('unused', 'subscription-lapsed')),
  constraint ck_workspaces_destruction     check (
    (destroying_since is null or deleted_at is not null) and (destroyed_at is null or destroying_since is not null))
);
create unique index uq_workspaces_name on workspaces (company_id, lower(name)) where deleted_at is null;
create unique index uq_workspaces_port on workspaces (port) where deleted_at is null;
create index idx_workspaces_company on workspaces (company_id, id);
-- A member's own workspaces, newest first.
create index idx_workspaces_owner on workspaces (company_id, owner_user_id, id);
-- Deleted workspaces wait in it to be restored or destroyed.
create index idx_workspaces_to_destroy on workspaces (deleted_at) where deleted_at is not null and destroyed_at is null;

-- A workspace gets another name only when it is restored and its own was given away.
create trigger refuse_rewriting before update on workspaces
  for each row when (
    (new.id, new.company_id, new.created_at) is distinct from (old.id, old.company_id, old.created_at)
    or (new.name <> old.name and not (old.deleted_at is not null and new.deleted_at is null)))
  execute function refuse_rewriting_final();

create sequence workspace_sessions_ids;

-- One row is a time during which a person used a workspace: the proof that the service was delivered.
-- Owner: workspace (WorkspaceSessionTracker). Kept 24 months after the paid period it belongs to. What flowed
-- between a person's browser and the workspace itself is counted in whole minutes. Connected: a request, or
-- an open connection. Active: something was sent to the workspace. The last counted minute stands beside
-- each, so that none counts twice.
create table workspace_sessions (
  id                  bigint      not null default nextval('workspace_sessions_ids'),
  company_id          bigint      not null,
  workspace_id        bigint      not null,
  user_id             bigint      not null,
  started_at          timestamptz not null,
  -- The last proof of life, not the moment the end was noticed. Null while the session is active.
  ended_at            timestamptz,
  -- Null while the session is active.
  end_reason          text,
  duration_seconds    integer     generated always as (floor(extract(epoch from (ended_at - started_at)))::integer) stored,
  last_activity_at    timestamptz not null,
  activity_count      integer     not null default 0,
  ip_address          inet,
  user_agent          text,
  -- SHA-256 of the browser session (or of the token or connection) that used it; never the secret itself.
  session_id          text        not null,
  access_method       text        not null,
  -- What a session can show at least: seconds in which the person was seen to use keyboard or pointer. The
  -- span from start to end is the most it can show. Disputes need both, and kept apart.
  interactive_seconds integer     not null default 0,
  connected_minutes   integer     not null default 0,
  active_minutes      integer     not null default 0,
  -- Both null until the first such minute.
  connected_until     timestamptz,
  active_until        timestamptz,
  -- When the browser last closed a connection in the regular way. Null: never, or nobody could see it.
  disconnected_at     timestamptz,
  -- The workspace's owner when another person (an admin of the company) was in it; null: the person's own
  -- workspace.
  on_behalf_of        bigint,
  -- True: some of the session's traffic was only asked about (forward-auth: another proxy passes on and only
  -- asks us). There a WebSocket is seen when it opens and no more, so what is counted is no upper bound of
  -- use.
  is_partly_seen      boolean     not null default false,
  constraint pk_workspace_sessions             primary key (id, started_at),
  constraint fk_workspace_sessions_company     foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_workspace_sessions_workspace   foreign key (workspace_id) references workspaces (id) on delete restrict,
  constraint fk_workspace_sessions_user        foreign key (user_id) references users (id) on delete restrict,
  constraint ck_workspace_sessions_method      check (access_method in ('web', 'api', 'ssh')),
  constraint ck_workspace_sessions_reason      check (end_reason in (
    'closed', 'idle', 'signed-out', 'stopped', 'revoked', 'replaced', 'app-shutdown', 'deleted',
    -- Written no longer: both are 'revoked', and the audit row says which.
    'deactivated', 'lapsed')),
  constraint ck_workspace_sessions_end         check ((ended_at is null) = (end_reason is null)),
  constraint ck_workspace_sessions_order       check (ended_at is null or ended_at >= started_at),
  constraint ck_workspace_sessions_activity    check (last_activity_at >= started_at and activity_count >= 0),
  constraint ck_workspace_sessions_interactive check (interactive_seconds >= 0),
  constraint ck_workspace_sessions_traffic     check (active_minutes >= 0 and connected_minutes >= active_minutes),
  constraint ck_workspace_sessions_on_behalf   check (on_behalf_of <> user_id)
) partition by range (started_at);
alter sequence workspace_sessions_ids owned by workspace_sessions.id;

-- The rule "at most one" is kept by open_workspace_sessions: a unique index of a partitioned table has its
-- key in it.
create unique index uq_workspace_sessions_active
  on workspace_sessions (workspace_id, user_id, session_id, access_method, started_at) where ended_at is null;
-- The idle sweeper.
create index idx_workspace_sessions_idle on workspace_sessions (last_activity_at) where ended_at is null;
create index idx_workspace_sessions_session_id on workspace_sessions (session_id);
create index idx_workspace_sessions_started_at on workspace_sessions using brin (started_at);
-- The evidence bundle, and the lists on the pages of a workspace and of a company.
create index idx_workspace_sessions_user_id on workspace_sessions (user_id, started_at, id);
create index idx_workspace_sessions_workspace_id on workspace_sessions (workspace_id, started_at, id);
create index idx_workspace_sessions_company_id on workspace_sessions (company_id, started_at, id);
-- Hours of a period: the sessions of a company that reach into it, and those of one workspace; also the
-- newest use of a workspace.
create index idx_workspace_sessions_company_end
  on workspace_sessions (company_id, (coalesce(ended_at, last_activity_at)));
create index idx_workspace_sessions_workspace_end
  on workspace_sessions (workspace_id, (coalesce(ended_at, last_activity_at)));

create trigger refuse_delete before delete on workspace_sessions
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on workspace_sessions
  for each statement execute function refuse_change();

-- What a session says of its beginning is final from the start.
create trigger refuse_rewriting before update of
    id, company_id, workspace_id, user_id, started_at, ip_address, user_agent, session_id, access_method, on_behalf_of
  on workspace_sessions
  for each row when (
    (new.id, new.company_id, new.workspace_id, new.user_id, new.started_at, new.ip_address, new.user_agent, new.session_id,
     new.access_method, new.on_behalf_of)
    is distinct from
    (old.id, old.company_id, old.workspace_id, old.user_id, old.started_at, old.ip_address, old.user_agent, old.session_id,
     old.access_method, old.on_behalf_of))
  execute function refuse_rewriting_final();

-- While it is open, its counts and its last activity only grow: a trigger for activity, and one for traffic.
create trigger refuse_counting_back before update of last_activity_at, activity_count, interactive_seconds on workspace_sessions
  for each row when (
    new.last_activity_at < old.last_activity_at or new.activity_count < old.activity_count
    or new.interactive_seconds < old.interactive_seconds)
  execute function refuse_rewriting_final();
create trigger refuse_counting_traffic_back before update of
    connected_minutes, active_minutes, connected_until, active_until, is_partly_seen
  on workspace_sessions
  for each row when (
    new.connected_minutes < old.connected_minutes or new.active_minutes < old.active_minutes
    or (new.connected_until is null or new.connected_until < old.connected_until) and old.connected_until is not null
    or (new.active_until is null or new.active_until < old.active_until) and old.active_until is not null
    or old.is_partly_seen and not new.is_partly_seen)
  execute function refuse_rewriting_final();

-- From its end on a session is final but for one thing: what a process had counted before the end and writes
-- after it. Writing waits for a database that does not answer, at most a day; readers never count more than
-- the session's length.
create function refuse_rewriting_ended() returns trigger
language plpgsql as $$
begin
  if (new.ended_at, new.end_reason, new.disconnected_at) is distinct from (old.ended_at, old.end_reason, old.disconnected_at)
     or new.last_activity_at > old.ended_at and new.last_activity_at is distinct from old.last_activity_at
     or now() > old.ended_at + interval '1 day' and
       (new.last_activity_at, new.activity_count, new.interactive_seconds, new.connected_minutes, new.active_minutes,
        new.connected_until, new.active_until, new.is_partly_seen)
       is distinct from
       (old.last_activity_at, old.activity_count, old.interactive_seconds, old.connected_minutes, old.active_minutes,
        old.connected_until, old.active_until, old.is_partly_seen) then
    raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting_ended before update on workspace_sessions
  for each row when (old.ended_at is not null) execute function refuse_rewriting_ended();

create table workspace_sessions_default partition of workspace_sessions default;
create trigger refuse_truncate before truncate on workspace_sessions_default
  for each statement execute function refuse_change();

-- One row is a workspace session that has not ended: at most one per workspace, person, browser and way in.
-- Owner: workspace, through the triggers of workspace_sessions. Kept while the session is open.
create table open_workspace_sessions (
  workspace_id         bigint      not null,
  user_id              bigint      not null,
  session_id           text        not null,
  access_method        text        not null,
  workspace_session_id bigint      not null,
  -- The session's key, with which Postgres looks into one partition only.
  started_at           timestamptz not null,
  constraint pk_open_workspace_sessions primary key (workspace_id, user_id, session_id, access_method)
);
-- The end of a session.
create index idx_open_workspace_sessions_session on open_workspace_sessions (workspace_session_id);

-- Whoever comes second waits for the first to commit, then inserts nothing, as with a unique index and `on
-- conflict do nothing`.
create function claim_open_session() returns trigger
language plpgsql as $$
begin
  insert into open_workspace_sessions (workspace_id, user_id, session_id, access_method, workspace_session_id, started_at)
  values (new.workspace_id, new.user_id, new.session_id, new.access_method, new.id, new.started_at)
  on conflict on constraint pk_open_workspace_sessions do nothing;
  return case when found then new end;
end
$$;
create function release_open_session() returns trigger
language plpgsql as $$
begin
  delete from open_workspace_sessions where workspace_session_id = new.id;
  return null;
end
$$;
create function refuse_reopening() returns trigger
language plpgsql as $$
begin
  raise exception 'a workspace session that has ended stays ended: update refused' using errcode = 'insufficient_privilege';
end
$$;
create trigger claim_open_session before insert on workspace_sessions
  for each row when (new.ended_at is null) execute function claim_open_session();
create trigger release_open_session after update of ended_at on workspace_sessions
  for each row when (old.ended_at is null and new.ended_at is not null) execute function release_open_session();
create trigger refuse_reopening before update of ended_at on workspace_sessions
  for each row when (old.ended_at is not null and new.ended_at is null) execute function refuse_reopening();

-- One row is the host name of a workspace: `label` before WORKSPACE_DOMAIN. Made when the workspace is first
-- entered. Never given to another workspace, also after a deletion: what a browser keeps for an origin
-- (storage, service workers) stays with it.
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

-- One row lets a browser that is signed in to the app into one workspace, once. The ticket itself is only in
-- that browser's address bar; here is its SHA-256. Owner: workspace. Swept when expired.
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
  -- SHA-256 of the cookie that the browser has for it at the workspace's host: a ticket opens a workspace
  -- only in the browser that fetched it by way of that host, else whoever hands on a ticket of their own
  -- would have somebody else at work in their workspace. Null until the app has heard of the cookie: until
  -- then token_hash is that of an entry, which the app makes a ticket of; from then on it is the ticket's.
  nonce_hash         text,
  constraint pk_workspace_tickets           primary key (token_hash),
  constraint fk_workspace_tickets_workspace foreign key (workspace_id) references workspaces (id) on delete restrict,
  constraint fk_workspace_tickets_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_workspace_tickets_user      foreign key (user_id) references users (id) on delete restrict
);
create index idx_workspace_tickets_expires_at on workspace_tickets (expires_at);

-- One row is the cookie of one browser at one workspace's host, by its SHA-256. It opens nothing once the
-- browser session is over, the person deactivated, the workspace gone or the plan lapsed. Owner: workspace.
-- Swept when expired.
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

-- One row is a connection by SSH whose key was proven and which was told a workspace: it lets the session
-- command go on after the app was restarted. Owner: workspace. Swept a day after it was made, unless its
-- session is open.
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
