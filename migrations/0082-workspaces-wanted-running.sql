-- Since when the program of a workspace should run, by what a person or the system last asked for; null: it should not. A
-- restart of the app or of the machine brings back what was running, and nobody enters a workspace that should not run.
set local lock_timeout = '1500ms';
alter table workspaces add column wanted_running_since timestamptz;
