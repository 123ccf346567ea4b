-- The monthly partitions of a table, oldest first. A start or an end of null is none; the default partition has neither.
create function list_partitions(parent_name text)
returns table (partition_name text, starts_at timestamptz, ends_at timestamptz, is_default boolean)
language sql stable as $$
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

-- Makes the partition of one month and moves into it what the default partition holds of that month; returns how many rows.
-- This is the one place where a row of evidence may move; triggers that refuse a delete are off for the rows' old place only,
-- inside this transaction, which nobody else can look into. Called by make_partitions alone.
create function make_month_partition(parent_name text, key_column text, month timestamptz) returns bigint
language plpgsql as $$
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

-- Makes the missing partitions of this month, of so many months ahead, and of every month that the default partition holds
-- rows of; returns them. For the app's role, which may not make tables: it can choose how far ahead, and nothing else. One
-- table in a transaction, so that nobody holds a lock on one while waiting for another. Two at once: the second waits, and
-- finds nothing to do.
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
revoke execute on function lock_patiently(regclass) from public;
revoke execute on function make_month_partition(text, text, timestamptz) from public;
revoke execute on function make_partitions(text, integer) from public;
