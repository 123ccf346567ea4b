-- E-mail addresses that are confirmed: who reads the mailbox of an account is known from now on.

select lock_patiently('users');

alter table users
  -- When the person showed that they read the mail of this address: by a link, an invitation that was mailed, or a
  -- new password set by mail. Null: never. So it is for every account from before this column: nobody had asked.
  add column email_confirmed_at timestamptz,
  -- An address is held by one account: sign-in, new passwords and invitations look for that one. False for an
  -- account that registered with an address which another one held. It gets the address when it is confirmed.
  add column holds_email boolean not null default true;

alter table users drop constraint uq_users_email;
create unique index uq_users_email on users (email) where holds_email;
-- Accounts that wait for an address.
create index idx_users_email_waiting on users (email) where not holds_email;

-- An address may change now, but only as a row of email_changes says.
drop trigger refuse_rewriting on users;
create trigger refuse_rewriting before update on users
  for each row when (
    (new.id, new.company_id, new.full_name, new.created_at) is distinct from (old.id, old.company_id, old.full_name, old.created_at)
    or (old.deactivated_at is not null and new.deactivated_at is not null and new.deactivated_at <> old.deactivated_at)
    or (old.last_login_at is not null and (new.last_login_at is null or new.last_login_at < old.last_login_at)))
  execute function refuse_rewriting_final();

-- One row is a mail that asks somebody to confirm an address, or another proof that they read it. Evidence: the
-- time, address and browser of the proof.
-- Owner: people. Kept as long as the person. Personal data: email, ip_address, user_agent.
create table email_confirmations (
  id           bigint      generated always as identity,
  user_id      bigint      not null,
  email        text        not null,
  -- SHA-256 of the secret of the link. Null where there was none: another proof, or a mail that only says that
  -- another account has the address.
  token_hash   text,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  -- When the link stopped being good before its time: used, replaced by another, or of no more use.
  ended_at     timestamptz,
  confirmed_at timestamptz,
  -- 'link' the link of this row, 'invitation' one that was mailed, 'password-reset' a new password set by mail,
  -- 'change' the link to a new address, 'restored' the way back to an old one.
  how          text,
  ip_address   inet,
  user_agent   text,
  request_id   text,
  constraint pk_email_confirmations       primary key (id),
  constraint fk_email_confirmations_user  foreign key (user_id) references users (id) on delete restrict,
  constraint uq_email_confirmations_token unique (token_hash),
  constraint ck_email_confirmations_how   check (how in ('link', 'invitation', 'password-reset', 'change', 'restored')),
  constraint ck_email_confirmations_done  check ((confirmed_at is null) = (how is null))
);
create index idx_email_confirmations_user on email_confirmations (user_id, created_at);
-- How many mails an address got lately, whichever accounts caused them.
create index idx_email_confirmations_email on email_confirmations (email, created_at);

create trigger refuse_rewriting before update on email_confirmations
  for each row when (
    (new.id, new.user_id, new.email, new.token_hash, new.created_at, new.expires_at)
    is distinct from (old.id, old.user_id, old.email, old.token_hash, old.created_at, old.expires_at)
    or old.ended_at is not null)
  execute function refuse_rewriting_final();
create trigger refuse_delete before delete on email_confirmations
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on email_confirmations
  for each statement execute function refuse_change();

-- One row is a wish for another address: it counts once it is confirmed at the new one.
-- Owner: people. Kept as long as the person. Personal data: old_email, new_email, ip_address, user_agent.
create table email_change_requests (
  id           bigint      generated always as identity,
  user_id      bigint      not null,
  old_email    text        not null,
  new_email    text        not null,
  -- SHA-256 of the secret of the link. Null where none was sent, since another account has the address.
  token_hash   text,
  requested_at timestamptz not null,
  expires_at   timestamptz not null,
  ip_address   inet,
  user_agent   text,
  -- When the link was used, replaced or withdrawn. Null while it is good.
  ended_at     timestamptz,
  constraint pk_email_change_requests       primary key (id),
  constraint fk_email_change_requests_user  foreign key (user_id) references users (id) on delete restrict,
  constraint uq_email_change_requests_token unique (token_hash)
);
create index idx_email_change_requests_user on email_change_requests (user_id, requested_at);
-- How many mails an address got lately.
create index idx_email_change_requests_email on email_change_requests (new_email, requested_at);
create trigger refuse_delete before delete on email_change_requests
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on email_change_requests
  for each statement execute function refuse_change();

-- One row is a change of an account's address that happened. The old address got a link that takes it back for
-- seven days; until then no other account may have it.
-- Owner: people. Kept as long as the person. Personal data: old_email, new_email, ip_address, user_agent.
create table email_changes (
  id              bigint      generated always as identity,
  user_id         bigint      not null,
  old_email       text        not null,
  new_email       text        not null,
  changed_at      timestamptz not null,
  -- 'confirmed' at the new address, or 'restored' by the link at the old one.
  how             text        not null,
  ip_address      inet,
  user_agent      text,
  request_id      text,
  -- SHA-256 of the secret of the way back, and its end. Null for an address that was restored.
  back_token_hash text,
  back_until      timestamptz,
  -- When the way back was taken, or another one led further back. Null while it is open or has run out.
  back_ended_at   timestamptz,
  constraint pk_email_changes      primary key (id),
  constraint fk_email_changes_user foreign key (user_id) references users (id) on delete restrict,
  constraint uq_email_changes_back unique (back_token_hash),
  constraint ck_email_changes_how  check (how in ('confirmed', 'restored')),
  constraint ck_email_changes_back check ((back_token_hash is null) = (back_until is null))
);
create index idx_email_changes_user on email_changes (user_id, changed_at);
-- Addresses that wait for somebody to come back.
create index idx_email_changes_old on email_changes (old_email) where back_until is not null;

create trigger refuse_rewriting before update on email_changes
  for each row when (
    (new.id, new.user_id, new.old_email, new.new_email, new.changed_at, new.how, new.back_token_hash, new.back_until)
    is distinct from
    (old.id, old.user_id, old.old_email, old.new_email, old.changed_at, old.how, old.back_token_hash, old.back_until)
    or old.back_ended_at is not null)
  execute function refuse_rewriting_final();
create trigger refuse_delete before delete on email_changes
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on email_changes
  for each statement execute function refuse_change();

create function refuse_unrecorded_address() returns trigger language plpgsql as $$
begin
  if not exists (
    select from email_changes c
    where c.user_id = new.id and c.old_email = old.email and c.new_email = new.email
  ) then
    raise exception 'users.email changes only as email_changes says: update of row % refused', old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger users_keep_email before update of email on users
  for each row when (old.email is distinct from new.email) execute function refuse_unrecorded_address();

select lock_patiently('invitations');
-- How the person got the link: 'mail', or 'link' shown to the admin. An address is confirmed by the first alone.
-- Null for invitations from before this column.
alter table invitations
  add column handed_over_by text,
  add constraint ck_invitations_handed_over check (handed_over_by in ('mail', 'link'));
