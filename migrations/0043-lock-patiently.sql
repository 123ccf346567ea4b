-- The first moment of a month, in UTC, whatever the time zone of the session: so many months after the one of `at`.
create function month_start(at timestamptz, months integer) returns timestamptz
  language sql
  immutable
  strict
  parallel safe
  return (date_trunc('month', at at time zone 'UTC') + months * interval '1 month') at time zone 'UTC';

-- Locks a table as the changes of its shape want it, and the tables it refers to, without making anybody wait long: those who
-- come after us wait behind us, so we wait 1.5 seconds at most, then let them pass and try again. The longest time is above
-- the second after which Postgres sends autovacuum out of the way. The other tables are asked for without waiting: who waits
-- for nothing while it holds something is in no deadlock. The locks last until the transaction ends.
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
