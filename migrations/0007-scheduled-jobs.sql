-- One row is a piece of scheduled work: when it is next due, and how its last run ended. The row is the lock: whichever
-- process moves next_run_at forward does the work.
-- Owner: web (schedule).
create table scheduled_jobs (
  name             text        not null,
  next_run_at      timestamptz not null,
  -- Null until the first run.
  last_started_at  timestamptz,
  last_finished_at timestamptz,
  last_succeeded   boolean,
  -- What the last run said of itself, or its error.
  last_message     text,
  constraint pk_scheduled_jobs primary key (name)
);
