-- The leaf of a row is looked up for each row that is exported or checked. The number of the row comes first: to compare
-- the kind, a text, at each step down the index took as long as all else. The place in the log lies beside it, so that
-- the table itself is not read. Writers of evidence never wait here; only the job that makes leaves does, and exports.

select lock_patiently('log_leaves');

alter table log_leaves drop constraint uq_log_leaves_record;
alter table log_leaves add constraint uq_log_leaves_record unique (record_id, type) include (log_id, leaf_index);
