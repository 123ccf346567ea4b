-- Every audit event has an id of its own from the moment it happens, so that one that was written, or kept on a disk, twice
-- is known as the same. Null: written before events had ids.
set local lock_timeout = '5s';
alter table audit_logs add column event_id uuid;
