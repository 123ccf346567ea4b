-- Who was in a workspace that belongs to somebody else stands in the session itself, for the owner to see. The lock is held for an
-- instant; 0091 fills in the old rows and looks at them.
select lock_patiently('workspace_sessions');

alter table workspace_sessions
  -- The workspace's owner when another person (an admin of the company) was in it; null: the person's own workspace. No foreign
  -- key, which would be checked row by row under the lock: the owner's is that of workspaces.
  add column on_behalf_of bigint,
  add constraint ck_workspace_sessions_on_behalf check (on_behalf_of <> user_id) not valid;
