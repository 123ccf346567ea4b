-- The months of a table without a partition: this one and so many to come, and those that the default partition holds rows of.
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

-- The partitions of a table that ended so many months ago, oldest first, with the open holds that keep each: those of a company
-- that has rows in it, or whose people have rows there that name no company. A session that is still open keeps its month too
-- (`has_open_sessions`). Evidence is kept for 24 months after the paid period it belongs to, and a period is paid at most 12
-- months ahead: below 36 months this refuses, whoever asks.
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

-- Drops the oldest partition of a table that has expired and that nothing keeps, and returns it with its number of rows; no row
-- when there is none. For the app's role, which may drop no table: what it can reach is what has expired for certain. One
-- partition in a transaction, so that its audit row commits with it. Holds cannot be placed meanwhile: they wait.
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
