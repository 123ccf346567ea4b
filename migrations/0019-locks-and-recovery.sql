-- Locks that open, and new passwords that somebody else set going.

-- One row is a lock on sign-in to a person's account, which began after wrong passwords. A mail brings a link that
-- opens it for the browser in which it is opened, and for no other.
-- Owner: auth. Kept as long as the person: it is evidence of who could sign in when.
-- Personal data: email, ip_address, user_agent.
create table account_locks (
  id                 bigint      generated always as identity,
  user_id            bigint      not null,
  email              text        not null,
  locked_at          timestamptz not null,
  locked_until       timestamptz not null,
  -- When it was decided whether a mail is sent. Null while that waits.
  handled_at         timestamptz,
  -- SHA-256 of the secret of the link, and its end. Null where no mail was sent.
  token_hash         text,
  expires_at         timestamptz,
  -- When the link was used, and from where. Null: never.
  opened_at          timestamptz,
  ip_address         inet,
  user_agent         text,
  -- SHA-256 of the address and the token of the browser in which it was opened. Wrong passwords of that browser
  -- are counted apart from then on.
  opened_device_hash text,
  constraint pk_account_locks       primary key (id),
  constraint fk_account_locks_user  foreign key (user_id) references users (id) on delete restrict,
  constraint uq_account_locks_token unique (token_hash),
  constraint ck_account_locks_link  check ((token_hash is null) = (expires_at is null))
);
create index idx_account_locks_user on account_locks (user_id, locked_at);
create index idx_account_locks_waiting on account_locks (id) where handled_at is null;
create index idx_account_locks_opened on account_locks (opened_device_hash, id) where opened_device_hash is not null;
create trigger refuse_delete before delete on account_locks
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on account_locks
  for each statement execute function refuse_change();

-- One row is an operator's wish to send the only admin of a company a link that sets a new password. The person is
-- told at once and can object; the link goes out when the waiting time is over.
-- Owner: people. Kept as long as the person. Personal data: reason, objection_ip, objection_user_agent.
create table recovery_requests (
  id                   bigint      generated always as identity,
  company_id           bigint      not null,
  user_id              bigint      not null,
  -- The operator, and why, in their words.
  requested_by         bigint      not null,
  reason               text        not null,
  requested_at         timestamptz not null,
  due_at               timestamptz not null,
  -- SHA-256 of the secret of the link by which the person objects.
  objection_token_hash text        not null,
  -- How it ended: at most one of the three. All null while it waits.
  sent_at              timestamptz,
  cancelled_at         timestamptz,
  -- The operator who ended it. Null: it fitted no longer when it was due.
  cancelled_by         bigint,
  objected_at          timestamptz,
  objection_ip         inet,
  objection_user_agent text,
  constraint pk_recovery_requests           primary key (id),
  constraint fk_recovery_requests_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_recovery_requests_user      foreign key (user_id) references users (id) on delete restrict,
  constraint fk_recovery_requests_requester foreign key (requested_by) references users (id) on delete restrict,
  constraint fk_recovery_requests_canceller foreign key (cancelled_by) references users (id) on delete restrict,
  constraint uq_recovery_requests_objection unique (objection_token_hash),
  constraint ck_recovery_requests_reason    check (length(reason) between 1 and 500),
  constraint ck_recovery_requests_end       check (num_nonnulls(sent_at, cancelled_at, objected_at) <= 1)
);
create unique index uq_recovery_requests_open on recovery_requests (user_id)
  where sent_at is null and cancelled_at is null and objected_at is null;
create trigger refuse_delete before delete on recovery_requests
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on recovery_requests
  for each statement execute function refuse_change();

-- The admin or operator who had the link sent. Null: the person asked for it.
alter table password_resets
  add column requested_by bigint,
  add constraint fk_password_resets_requester foreign key (requested_by) references users (id) on delete restrict;
