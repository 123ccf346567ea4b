-- Why the system stopped a program, and when what was in a deleted workspace was destroyed.
select lock_patiently('workspaces');

alter table workspaces
  -- Null: it runs, or a person stopped it.
  add column stopped_because text,
  -- When the destruction of its folder last began: from then on nothing is restored. Null before.
  add column destroying_since timestamptz,
  -- When its folder was destroyed; the row stays, since evidence refers to it. Null before, and where it lives elsewhere.
  add column destroyed_at    timestamptz,
  add constraint ck_workspaces_stopped_because check (stopped_because in ('unused', 'subscription-lapsed')),
  add constraint ck_workspaces_destruction check (
    (destroying_since is null or deleted_at is not null) and (destroyed_at is null or destroying_since is not null));

-- Deleted workspaces wait in it to be restored or destroyed.
create index idx_workspaces_to_destroy on workspaces (deleted_at) where deleted_at is not null and destroyed_at is null;
