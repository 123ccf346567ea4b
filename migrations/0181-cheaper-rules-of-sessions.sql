-- As 0180, for sessions: activity and traffic are written all the time, and set nothing that is final from the start.
select lock_patiently('workspace_sessions');

drop trigger refuse_rewriting on workspace_sessions;
drop trigger refuse_rewriting_ended on workspace_sessions;

-- What a session says of its beginning is final from the start.
create trigger refuse_rewriting before update of
    id, company_id, workspace_id, user_id, started_at, ip_address, user_agent, session_id, access_method, on_behalf_of
  on workspace_sessions
  for each row when (
    (new.id, new.company_id, new.workspace_id, new.user_id, new.started_at, new.ip_address, new.user_agent, new.session_id,
     new.access_method, new.on_behalf_of)
    is distinct from
    (old.id, old.company_id, old.workspace_id, old.user_id, old.started_at, old.ip_address, old.user_agent, old.session_id,
     old.access_method, old.on_behalf_of))
  execute function refuse_rewriting_final();

-- While it is open, its counts and its last activity only grow: a trigger for activity, and one for traffic.
create trigger refuse_counting_back before update of last_activity_at, activity_count, interactive_seconds on workspace_sessions
  for each row when (
    new.last_activity_at < old.last_activity_at or new.activity_count < old.activity_count
    or new.interactive_seconds < old.interactive_seconds)
  execute function refuse_rewriting_final();
create trigger refuse_counting_traffic_back before update of
    connected_minutes, active_minutes, connected_until, active_until, is_partly_seen
  on workspace_sessions
  for each row when (
    new.connected_minutes < old.connected_minutes or new.active_minutes < old.active_minutes
    or (new.connected_until is null or new.connected_until < old.connected_until) and old.connected_until is not null
    or (new.active_until is null or new.active_until < old.active_until) and old.active_until is not null
    or old.is_partly_seen and not new.is_partly_seen)
  execute function refuse_rewriting_final();

-- From its end on a session is final but for one thing: what a process had counted before the end and writes after it. Writing
-- waits for a database that does not answer, at most a day; readers never count more than the session's length.
create function refuse_rewriting_ended() returns trigger
language plpgsql as $$
begin
  if (new.ended_at, new.end_reason, new.disconnected_at) is distinct from (old.ended_at, old.end_reason, old.disconnected_at)
     or new.last_activity_at > old.ended_at and new.last_activity_at is distinct from old.last_activity_at
     or now() > old.ended_at + interval '1 day' and
       (new.last_activity_at, new.activity_count, new.interactive_seconds, new.connected_minutes, new.active_minutes,
        new.connected_until, new.active_until, new.is_partly_seen)
       is distinct from
       (old.last_activity_at, old.activity_count, old.interactive_seconds, old.connected_minutes, old.active_minutes,
        old.connected_until, old.active_until, old.is_partly_seen) then
    raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting_ended before update on workspace_sessions
  for each row when (old.ended_at is not null) execute function refuse_rewriting_ended();
