-- A ticket opens a workspace only in the browser that fetched it by way of the workspace's host: else whoever hands on a ticket of
-- their own would have somebody else at work in their workspace.
select lock_patiently('workspace_tickets');

alter table workspace_tickets
  -- SHA-256 of the cookie that the browser has for it at the workspace's host. Null until the app has heard of it: until then
  -- token_hash is that of an entry, which the app makes a ticket of; from then on it is the ticket's.
  add column nonce_hash text;
