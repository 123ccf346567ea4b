-- workspace_sessions becomes a table of monthly partitions, in the way of 0045.
select lock_patiently('workspace_sessions');

do $$
declare
  index_name text;
begin
  for index_name in
    select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'workspace_sessions'::regclass and c.relname not like 'new\_%'
      and c.relname not in ('pk_workspace_sessions', 'uq_workspace_sessions_active')
  loop
    execute format('alter index %I rename to %I', index_name, left('old_' || index_name, 63));
  end loop;
end
$$;
create sequence workspace_sessions_ids;
select setval('workspace_sessions_ids', greatest(nextval(pg_get_serial_sequence('workspace_sessions', 'id')), max(id)))
from workspace_sessions;
alter table workspace_sessions alter column id drop identity;
alter table workspace_sessions drop constraint pk_workspace_sessions;
alter table workspace_sessions add constraint old_pk_workspace_sessions primary key using index new_pk_workspace_sessions;
drop index uq_workspace_sessions_active;
alter index new_uq_workspace_sessions_active rename to old_uq_workspace_sessions_active;
drop trigger refuse_delete on workspace_sessions;
alter table workspace_sessions rename to old_workspace_sessions;

-- One row is a time during which a person used a workspace: the proof that the service was delivered.
-- Owner: workspace (WorkspaceSessionTracker). Kept 24 months after the paid period it belongs to; whole months are dropped,
-- see drop_expired_partitions.
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
  interactive_seconds integer     not null default 0,
  constraint pk_workspace_sessions             primary key (id, started_at),
  constraint fk_workspace_sessions_company     foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_workspace_sessions_workspace   foreign key (workspace_id) references workspaces (id) on delete restrict,
  constraint fk_workspace_sessions_user        foreign key (user_id) references users (id) on delete restrict,
  constraint ck_workspace_sessions_method      check (access_method in ('web', 'api', 'ssh')),
  constraint ck_workspace_sessions_reason      check (end_reason in ('closed', 'idle', 'signed-out', 'deleted', 'deactivated', 'lapsed')),
  constraint ck_workspace_sessions_end         check ((ended_at is null) = (end_reason is null)),
  constraint ck_workspace_sessions_order       check (ended_at is null or ended_at >= started_at),
  constraint ck_workspace_sessions_activity    check (last_activity_at >= started_at and activity_count >= 0),
  constraint ck_workspace_sessions_interactive check (interactive_seconds >= 0)
) partition by range (started_at);
alter sequence workspace_sessions_ids owned by workspace_sessions.id;

-- The rule "at most one" is kept by open_workspace_sessions: a unique index of a partitioned table has its key in it.
create unique index uq_workspace_sessions_active
  on workspace_sessions (workspace_id, user_id, session_id, access_method, started_at) where ended_at is null;
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
-- Hours of a period: the sessions of a company that reach into it, and those of one workspace; also the newest use of a workspace.
create index idx_workspace_sessions_company_end
  on workspace_sessions (company_id, (coalesce(ended_at, last_activity_at)));
create index idx_workspace_sessions_workspace_end
  on workspace_sessions (workspace_id, (coalesce(ended_at, last_activity_at)));

create trigger refuse_delete before delete on workspace_sessions
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on workspace_sessions
  for each statement execute function refuse_change();

create table workspace_sessions_default partition of workspace_sessions default;
create trigger refuse_truncate before truncate on workspace_sessions_default
  for each statement execute function refuse_change();
select attach_first_partition('workspace_sessions', 'old_workspace_sessions', 'started_at');
drop function attach_first_partition(regclass, regclass, text);

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
insert into open_workspace_sessions (workspace_id, user_id, session_id, access_method, workspace_session_id, started_at)
select workspace_id, user_id, session_id, access_method, id, started_at from workspace_sessions where ended_at is null;

-- Whoever comes second waits for the first to commit, then inserts nothing, as with a unique index and `on conflict do nothing`.
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
