-- People reach a server on a port inside of a workspace at a host of its own. A ticket is made for one host,
-- and a cookie is good at that host alone: so a way in to a port leaves the cookie of the workspace alone.

select lock_patiently('workspace_tickets');
select lock_patiently('workspace_passes');

alter table workspace_tickets
  -- Null: the workspace's own host.
  add column port integer,
  add constraint ck_workspace_tickets_port check (port between 1024 and 65535);

alter table workspace_passes
  add column port integer,
  add constraint ck_workspace_passes_port check (port between 1024 and 65535);
