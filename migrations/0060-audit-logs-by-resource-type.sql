-- no transaction
-- The viewer's filter by kind of resource within a tenant: a rare kind was looked for in the whole trail. One resource is found
-- by idx_audit_logs_resource_keyset. May be repeated: a killed run starts again from the top.
-- Not `concurrently`, which Postgres does not do for names found at run time. One partition after the other: whoever writes into
-- the one that is being built waits until it is, and only the newest has writers. Nobody who reads waits.

drop index if exists idx_audit_logs_company_resource;
do $$
begin
  perform lock_patiently('audit_logs');
  create index idx_audit_logs_company_resource on only audit_logs (company_id, resource_type, timestamp desc, id desc);
end
$$;
do $$
declare
  partition  text;
  index_name text;
begin
  for partition in select partition_name from list_partitions('audit_logs') loop
    index_name := left(partition || '_company_resource', 63);
    execute format('create index %I on %I (company_id, resource_type, timestamp desc, id desc)', index_name, partition);
    execute format('alter index idx_audit_logs_company_resource attach partition %I', index_name);
    commit;
  end loop;
end
$$;
