-- A workspace may also be stopped because it takes more of the disk than it may.

select lock_patiently('workspaces');

alter table workspaces
  drop constraint ck_workspaces_stopped_because,
  add constraint ck_workspaces_stopped_because
    check (stopped_because in ('unused', 'subscription-lapsed', 'over-limit', 'owner-deactivated', 'disk-full'));
