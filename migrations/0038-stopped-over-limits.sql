-- The system stops the program of a workspace that a smaller plan has no room for (src/workspace/over-limit.ts).
select lock_patiently('workspaces');

alter table workspaces
  drop constraint ck_workspaces_stopped_because,
  add constraint ck_workspaces_stopped_because check (stopped_because in ('unused', 'subscription-lapsed', 'over-limit'));
