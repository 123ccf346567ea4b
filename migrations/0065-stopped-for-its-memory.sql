-- A workspace may also be stopped because the kernel has ended its program: its memory was used up.

select lock_patiently('workspaces');

alter table workspaces
  drop constraint ck_workspaces_stopped_because,
  add constraint ck_workspaces_stopped_because check (
    stopped_because in
      ('unused', 'subscription-lapsed', 'over-limit', 'owner-deactivated', 'disk-full', 'memory-full')
  );
