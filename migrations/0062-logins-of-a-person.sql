-- no transaction
-- The sign-ins of one person, counted for the summary of the evidence without reading a row: only sign-ins pay for it when they
-- are written. May be repeated: a killed run starts again from the top. One partition after the other, as in 0060.

drop index if exists idx_audit_logs_user_logins;
do $$
begin
  perform lock_patiently('audit_logs');
  create index idx_audit_logs_user_logins on only audit_logs (user_id, timestamp)
    include (company_id, success) where action_type = 'login';
end
$$;
do $$
declare
  partition  text;
  index_name text;
begin
  for partition in select partition_name from list_partitions('audit_logs') loop
    index_name := left(partition || '_user_logins', 63);
    execute format(
      'create index %I on %I (user_id, timestamp) include (company_id, success) where action_type = ''login''',
      index_name, partition
    );
    execute format('alter index idx_audit_logs_user_logins attach partition %I', index_name);
    commit;
  end loop;
end
$$;
