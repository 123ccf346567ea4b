-- The admin's list of people: by name in Turkish order, by keyset.
create index idx_users_company_name on users (company_id, (full_name collate "tr-x-icu"), id);
-- The admin's list of open invitations, newest first, by keyset.
create index idx_invitations_company_open on invitations (company_id, created_at desc, id desc)
  where accepted_at is null and revoked_at is null;
-- The audit viewer's filter "failed only": failures are rare, so looking for them among all rows would read all rows.
create index idx_audit_logs_company_failures on audit_logs (company_id, timestamp desc, id desc) where not success;
