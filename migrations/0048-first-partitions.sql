-- no transaction
-- One transaction for each table: see make_partitions.
select make_partitions('audit_logs', 3);
select make_partitions('workspace_sessions', 3);
