-- The worker: scheduled work, monthly partitions, retention.

-- One row is a piece of scheduled work: when it is next due, and how its last run ended. The row is the lock:
-- whichever process moves next_run_at forward does the work.
-- Owner: jobs.
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

-- Locks a table as the changes of its shape want it, and the tables it refers to, without making anybody wait
-- long: those who come after us wait behind us, so we wait 1.5 seconds at most, then let them pass and try
-- again. The longest time is above the second after which Postgres sends autovacuum out of the way. The other
-- tables are asked for without waiting: who waits for nothing while it holds something is in no deadlock. The
-- locks last until the transaction ends.
create function lock_patiently(busy regclass) returns void
language plpgsql as $$
declare
  referenced text;
begin
  select string_agg(distinct confrelid::regclass::text, ', ') into referenced
  from pg_constraint where conrelid = busy and contype = 'f';
  for attempt in 1..40 loop
    begin
      perform set_config('lock_timeout', '1500ms', true);
      execute format('lock table only %s in access exclusive mode', busy);
      if referenced is not null then
        execute format('lock table only %s in share row exclusive mode nowait', referenced);
      end if;
      return;
    exception when lock_not_available then
      perform pg_sleep(1);
    end;
  end loop;
  raise exception 'table % was in use all the time: try again when no long transaction (a large export, a backup) runs', busy
    using errcode = 'lock_not_available';
end
$$;
revoke execute on function lock_patiently(regclass) from public;

-- The monthly partitions of a table, oldest first. A start or an end of null is none; the default partition
-- has neither. Bounds are read from text here, and written in make_month_partition, so both have a DateStyle
-- and a time zone of their own: "IST" is India's time when it is written and Israel's when it is read.
create function list_partitions(parent_name text)
returns table (partition_name text, starts_at timestamptz, ends_at timestamptz, is_default boolean)
language sql stable set datestyle = 'ISO, MDY' set timezone = 'UTC' as $$
  select c.relname::text,
         (regexp_match(b.bound, 'FROM \(''([^'']+)''\)'))[1]::timestamptz,
         (regexp_match(b.bound, 'TO \(''([^'']+)''\)'))[1]::timestamptz,
         b.bound = 'DEFAULT'
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid
  cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as bound) b
  where i.inhparent = parent_name::regclass
  order by 2 nulls first, 3
$$;

-- Makes the partition of one month and moves into it what the default partition holds of that month; returns
-- how many rows. This is the one place where a row of evidence may move; triggers that refuse a delete are
-- off for the rows' old place only, inside this transaction, which nobody else can look into. Called by
-- make_partitions alone.
create function make_month_partition(parent_name text, key_column text, month timestamptz) returns bigint
language plpgsql set datestyle = 'ISO, MDY' set timezone = 'UTC' as $$
declare
  default_name text := parent_name || '_default';
  new_name     text := format('%s_%s', parent_name, to_char(month at time zone 'UTC', 'YYYY_MM'));
  of_month     text := format('%I >= %L and %I < %L', key_column, month, key_column, month_start(month, 1));
  columns      text;
  moved        bigint;
begin
  perform lock_patiently(default_name::regclass);
  execute format('create table %I (like %I including defaults including generated including constraints)', new_name, parent_name);
  select string_agg(quote_ident(attname), ', ' order by attnum) into columns
  from pg_attribute
  where attrelid = parent_name::regclass and attnum > 0 and not attisdropped and attgenerated = '';
  execute format('insert into %I (%s) select %s from %I where %s', new_name, columns, columns, default_name, of_month);
  get diagnostics moved = row_count;
  if moved > 0 then
    execute format('alter table %I disable trigger user', default_name);
    execute format('delete from %I where %s', default_name, of_month);
    execute format('alter table %I enable trigger user', default_name);
  end if;
  execute format('alter table %I attach partition %I for values from (%L) to (%L)',
    parent_name, new_name, month, month_start(month, 1));
  execute format('create trigger refuse_truncate before truncate on %I for each statement execute function refuse_change()',
    new_name);
  return moved;
end
$$;

-- Makes the missing partitions of this month, of so many months ahead, and of every month that the default
-- partition holds rows of; returns them. For the app's role, which may not make tables: it can choose how far
-- ahead, and nothing else. One table in a transaction, so that nobody holds a lock on one while waiting for
-- another. Two at once: the second waits, and finds nothing to do.
create function make_partitions(parent_name text, months_ahead integer)
returns table (partition_month timestamptz, moved_rows bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  key_column text := case parent_name when 'audit_logs' then 'timestamp' when 'workspace_sessions' then 'started_at' end;
  last_month timestamptz := month_start(now(), months_ahead);
  oldest     timestamptz;
  is_needed  boolean;
begin
  if key_column is null or months_ahead is null or months_ahead not between 0 and 24 then
    raise exception 'make_partitions knows audit_logs and workspace_sessions, and makes up to 24 months ahead'
      using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('youarecoder partitions', 0));
  -- A time that no clock shows (minus infinity, before Christ) stays where it is: counting months from there would not end.
  execute format('select min(%1$I) from %2$I where %1$I > now() - interval ''100 years''', key_column, parent_name || '_default')
    into oldest;
  partition_month := month_start(least(oldest, now()), 0);
  while partition_month <= last_month loop
    is_needed := partition_month >= month_start(now(), 0);
    if not is_needed then
      execute format('select exists (select from %I where %I >= $1 and %I < $2)', parent_name || '_default', key_column, key_column)
        into is_needed using partition_month, month_start(partition_month, 1);
    end if;
    if is_needed and not exists (
      select from list_partitions(parent_name) p
      where not p.is_default and coalesce(p.starts_at, '-infinity') <= partition_month and p.ends_at > partition_month
    ) then
      moved_rows := make_month_partition(parent_name, key_column, partition_month);
      return next;
    end if;
    partition_month := month_start(partition_month, 1);
  end loop;
end
$$;
revoke execute on function make_month_partition(text, text, timestamptz) from public;
revoke execute on function make_partitions(text, integer) from public;

-- The months of a table without a partition: this one and so many to come, and those that the default
-- partition holds rows of.
create function missing_partitions(parent_name text, months_ahead integer)
returns table (partition_month timestamptz, waiting_rows bigint)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  key_column text := case parent_name when 'audit_logs' then 'timestamp' when 'workspace_sessions' then 'started_at' end;
begin
  if key_column is null then
    raise exception 'missing_partitions knows audit_logs and workspace_sessions' using errcode = 'invalid_parameter_value';
  end if;
  return query execute format(
    'with waiting as (select month_start(%1$I, 0) as month, count(*) as rows from %2$I where %1$I < $1 group by 1),
          wanted as (select month_start(now(), n) as month from generate_series(0, $2) as n union select month from waiting)
     select wanted.month, coalesce(waiting.rows, 0) from wanted left join waiting using (month)
     where not exists (
       select from list_partitions($3) p
       where not p.is_default and coalesce(p.starts_at, ''-infinity'') <= wanted.month and p.ends_at > wanted.month)
     order by 1', key_column, parent_name || '_default')
    using month_start(now(), months_ahead + 1), months_ahead, parent_name;
end
$$;

-- The partitions of a table that ended so many months ago, oldest first, with the open holds that keep each:
-- those of a company that has rows in it, or whose people have rows there that name no company. A session
-- that is still open keeps its month too (`has_open_sessions`). Evidence is kept for 24 months after the paid
-- period it belongs to, and a period is paid at most 12 months ahead: below 36 months this refuses, whoever
-- asks.
create function expired_partitions(parent_name text, retention_months integer)
returns table (partition_name text, starts_at timestamptz, ends_at timestamptz, held_by bigint[], has_open_sessions boolean)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if parent_name not in ('audit_logs', 'workspace_sessions') or retention_months is null or retention_months < 36 then
    raise exception 'evidence in audit_logs and workspace_sessions is kept for 36 months at least'
      using errcode = 'invalid_parameter_value';
  end if;
  for partition_name, starts_at, ends_at in
    select p.partition_name, p.starts_at, p.ends_at from list_partitions(parent_name) p
    where not p.is_default and p.ends_at <= month_start(now(), -retention_months)
    order by p.ends_at
  loop
    execute format(
      'select coalesce(array_agg(h.id order by h.id), ''{}'') from legal_holds h
       where h.released_at is null and (
         exists (select from %1$I r where r.company_id = h.company_id)
         or exists (select from %1$I r join users u on u.id = r.user_id
                    where r.company_id is null and u.company_id = h.company_id))', partition_name)
      into held_by;
    has_open_sessions := false;
    if parent_name = 'workspace_sessions' then
      execute format('select exists (select from %I r where r.ended_at is null)', partition_name) into has_open_sessions;
    end if;
    return next;
  end loop;
end
$$;

-- Drops the oldest partition of a table that has expired and that nothing keeps, and returns it with its
-- number of rows; no row when there is none. For the app's role, which may drop no table: what it can reach
-- is what has expired for certain. One partition in a transaction, so that its audit row commits with it.
-- Holds cannot be placed meanwhile: they wait.
create function drop_expired_partition(parent_name text, retention_months integer)
returns table (partition_name text, starts_at timestamptz, ends_at timestamptz, dropped_rows bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('youarecoder partitions', 0));
  lock table legal_holds in share mode;
  select e.partition_name, e.starts_at, e.ends_at into partition_name, starts_at, ends_at
  from expired_partitions(parent_name, retention_months) e
  where e.held_by = '{}' and not e.has_open_sessions
  order by e.ends_at
  limit 1;
  if partition_name is null then
    return;
  end if;
  execute format('select count(*) from %I', partition_name) into dropped_rows;
  -- The table and those it refers to are locked for an instant; who would have to wait long makes us try again.
  for attempt in 1..40 loop
    begin
      perform set_config('lock_timeout', '1500ms', true);
      execute format('drop table %I', partition_name);
      return next;
      return;
    exception when lock_not_available or deadlock_detected then
      perform pg_sleep(1);
    end;
  end loop;
  raise exception 'table % was in use all the time: it is dropped with the next run', parent_name
    using errcode = 'lock_not_available';
end
$$;
revoke execute on function missing_partitions(text, integer) from public;
revoke execute on function expired_partitions(text, integer) from public;
revoke execute on function drop_expired_partition(text, integer) from public;
