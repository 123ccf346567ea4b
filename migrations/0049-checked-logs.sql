-- What checks of the transparency logs found.

-- One row is a check of every log and every row of evidence against it. Append-only.
-- Owner: transparency. Kept for good: some fifty rows a year.
create table log_checks (
  id          bigint      generated always as identity,
  started_at  timestamptz not null,
  finished_at timestamptz not null,
  leaves      bigint      not null,
  fault_count bigint      not null,
  -- The first of them: log, what is wrong, index, kind and number of the record.
  faults      jsonb       not null,
  -- Rows of evidence that had no leaf and got a later one.
  late        bigint      not null,
  constraint pk_log_checks        primary key (id),
  constraint ck_log_checks_counts check (leaves >= 0 and fault_count >= 0 and late >= 0)
);
create trigger refuse_change before update or delete on log_checks
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_checks
  for each statement execute function refuse_change();
