-- Where another proxy passes on and only asks us (forward-auth), a WebSocket is seen when it opens and no more: what is counted
-- there is no upper bound of use.
select lock_patiently('workspace_sessions');

alter table workspace_sessions
  -- True: some of the session's traffic was only asked about. Of sessions from before this migration it is not known.
  add column is_partly_seen boolean not null default false;
