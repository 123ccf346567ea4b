-- Whether the program of a workspace should run: what a person last asked for, so that a restart of the app or of the
-- machine brings back what was running.
set local lock_timeout = '1500ms';
alter table workspaces add column is_wanted_running boolean not null default false;
