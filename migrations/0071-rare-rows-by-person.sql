-- Questions about rare rows that read the frequent ones. Both indexes have the rare rows alone, so that they
-- cost next to nothing where rows are written.
--
-- 1. The viewer's failures of a person, or from an address: without these columns in the index of failures
--    Postgres read all rows of the person, or the whole trail of the company.
-- 2. Entries by others: since 0012 no index of sessions has the last activity, and to count the entries of a
--    month all earlier sessions of the workspaces were read.

select lock_patiently('audit_logs');

drop index idx_audit_logs_company_failures;
create index idx_audit_logs_company_failures on audit_logs (company_id, timestamp, id, user_id, ip_address)
  where not success;

select lock_patiently('workspace_sessions');

-- The owner's list of entries, and their number in the bundle.
create index idx_workspace_sessions_on_behalf_of on workspace_sessions (on_behalf_of, started_at)
  where on_behalf_of is not null;
