-- A forgotten password: what was asked for, and the links that set a new one.

-- One row is somebody's request for a new password, for an address that may or may not have an account. The form
-- writes the same row for both, so that neither its answer nor its time tells which; a process looks the
-- address up afterwards.
-- Owner: people. Deleted when it has been dealt with.
create table password_reset_requests (
  id           bigint      generated always as identity,
  email        text        not null,
  requested_at timestamptz not null,
  ip_address   inet,
  user_agent   text,
  request_id   text,
  constraint pk_password_reset_requests primary key (id)
);

-- One row is a link by which a person may set a new password once. The secret is in the mail only.
-- Owner: people. Kept as long as the person: it is evidence of how the password came about.
create table password_resets (
  id         bigint      generated always as identity,
  user_id    bigint      not null,
  token_hash text        not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- When the new password was set, or another one was: the link is good no longer. Null while it is good.
  ended_at   timestamptz,
  constraint pk_password_resets       primary key (id),
  constraint fk_password_resets_user  foreign key (user_id) references users (id) on delete restrict,
  constraint uq_password_resets_token unique (token_hash)
);
-- The links of a person: how many were asked for lately, and those that a new password ends.
create index idx_password_resets_user on password_resets (user_id, created_at);
