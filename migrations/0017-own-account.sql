-- The own account: time zone, names that may change, browser sessions that a person can look at, devices that
-- can be forgotten.

select lock_patiently('users');

-- Times on pages are told in it. Personal, kept as long as the person. Owner: people.
alter table users add column time_zone text not null default 'Europe/Istanbul';
alter table users add constraint ck_users_time_zone check (length(time_zone) between 1 and 64);

-- Goes up when every browser is signed out. A browser session holds the number of its sign-in and is over when
-- it is not the one here: so a session that was being stored at that moment is over as well. Owner: auth.
alter table users add column session_version integer not null default 0;

-- A name may change: the audit trail keeps the old one and the new one (user_renamed).
drop trigger refuse_rewriting on users;
create trigger refuse_rewriting before update on users
  for each row when (
    (new.id, new.company_id, new.created_at) is distinct from (old.id, old.company_id, old.created_at)
    or (old.deactivated_at is not null and new.deactivated_at is not null and new.deactivated_at <> old.deactivated_at)
    or (old.last_login_at is not null and (new.last_login_at is null or new.last_login_at < old.last_login_at)))
  execute function refuse_rewriting_final();

select lock_patiently('browser_sessions');

-- Whose browser it is and since when, out of what the session holds. Null for a browser without a sign-in.
alter table browser_sessions
  add column user_id bigint generated always as ((sess -> 'passport' ->> 'user')::bigint) stored,
  add column signed_in_at timestamptz
    generated always as (to_timestamp((sess ->> 'signedInAt')::bigint / 1000.0)) stored,
  -- The newest request: when, from where, with which program. Personal, kept until the session is swept.
  add column last_seen_at timestamptz,
  add column ip_address inet,
  add column user_agent text;
drop index idx_browser_sessions_user;
create index idx_browser_sessions_user_id on browser_sessions (user_id) where user_id is not null;

select lock_patiently('known_devices');

-- Set when the person had the browser forgotten. Its token_hash then matches no token any more; the row stays,
-- since sign-ins in the audit trail name it.
alter table known_devices add column forgotten_at timestamptz;
