-- The first partitions: one for everything before this month, this month, and three to come. From then on the
-- worker makes them. Nobody else uses the database yet, so both tables can be done at once.
do $$
declare
  parent     text;
  first_name text;
begin
  foreach parent in array array['audit_logs', 'workspace_sessions'] loop
    first_name := format('%s_before_%s', parent, to_char(month_start(now(), 0) at time zone 'UTC', 'YYYY_MM'));
    execute format('create table %I partition of %I for values from (minvalue) to (%L)', first_name, parent, month_start(now(), 0));
    execute format('create trigger refuse_truncate before truncate on %I for each statement execute function refuse_change()',
      first_name);
    perform make_partitions(parent, 3);
  end loop;
end
$$;
