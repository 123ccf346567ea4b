-- A workspace has never changed hands, so that for old rows too its owner is who it belonged to; their audit rows say the same
-- (details.on_behalf). Few rows: only an admin has ever been in somebody else's.
set local lock_timeout = '10s';
update workspace_sessions
set on_behalf_of = workspaces.owner_user_id
from workspaces
where workspaces.id = workspace_sessions.workspace_id and workspaces.owner_user_id <> workspace_sessions.user_id;
alter table workspace_sessions validate constraint ck_workspace_sessions_on_behalf;
