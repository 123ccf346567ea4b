-- Second factors: authenticator apps, passkeys, recovery codes, and browsers that are remembered.

select lock_patiently('users');
select lock_patiently('known_devices');

-- Since when the person has a second factor, without a break. Null while there is none: the password alone signs
-- in. Kept beside the factors so that every page knows it without looking them up.
alter table users add column second_factor_at timestamptz;

-- Until then a sign-in with the right password from this browser needs no second factor. Null: it always does.
alter table known_devices add column trusted_until timestamptz;

-- One row is an authenticator app of a person (TOTP, RFC 6238). A person has one; setting up another replaces it.
-- Owner: auth. Deleted when the person removes it; the audit trail keeps that there was one.
create table totp_secrets (
  id            bigint      generated always as identity,
  user_id       bigint      not null,
  -- The secret, encrypted with a key made from SESSION_SECRET.
  sealed_secret bytea       not null,
  created_at    timestamptz not null,
  -- Null until a code was given: the secret counts for nothing.
  confirmed_at  timestamptz,
  -- The time step of the newest code that was taken. Codes of that step and of earlier ones are refused.
  last_step     bigint,
  last_used_at  timestamptz,
  constraint pk_totp_secrets      primary key (id),
  constraint fk_totp_secrets_user foreign key (user_id) references users (id) on delete cascade
);
create unique index uq_totp_secrets_confirmed on totp_secrets (user_id) where confirmed_at is not null;
create unique index uq_totp_secrets_waiting on totp_secrets (user_id) where confirmed_at is null;

-- One row is a passkey of a person (WebAuthn). The private half never leaves the person's device.
-- Owner: auth. Deleted when the person removes it; the audit trail keeps that there was one.
create table passkeys (
  id            bigint      generated always as identity,
  user_id       bigint      not null,
  name          text        not null,
  -- base64url, as browsers give it.
  credential_id text        not null,
  public_key    bytea       not null,
  -- Counts uses, on devices that count; 0 on the others.
  counter       bigint      not null,
  transports    text[]      not null,
  -- True when the person's other devices may have it as well.
  is_synced     boolean     not null,
  created_at    timestamptz not null,
  last_used_at  timestamptz,
  constraint pk_passkeys            primary key (id),
  constraint fk_passkeys_user       foreign key (user_id) references users (id) on delete cascade,
  constraint uq_passkeys_credential unique (credential_id),
  constraint ck_passkeys_name       check (length(name) between 1 and 60)
);
create index idx_passkeys_user on passkeys (user_id, id);

-- One row is a challenge that a browser was given and that it may answer once. Here is its SHA-256.
-- Owner: auth. Deleted when it is answered; swept when expired.
create table passkey_challenges (
  challenge_hash text        not null,
  purpose        text        not null,
  -- Null for a sign-in, where nobody knows yet who comes.
  user_id        bigint,
  expires_at     timestamptz not null,
  constraint pk_passkey_challenges         primary key (challenge_hash),
  constraint fk_passkey_challenges_user    foreign key (user_id) references users (id) on delete cascade,
  constraint ck_passkey_challenges_purpose check (purpose in ('enrol', 'sign-in', 'confirm'))
);
create index idx_passkey_challenges_expires_at on passkey_challenges (expires_at);

-- One row is a recovery code, which takes the place of a second factor once. Here is a keyed hash of it.
-- Owner: auth. Deleted when the codes are made anew, or with the last factor.
create table recovery_codes (
  id         bigint      generated always as identity,
  user_id    bigint      not null,
  code_hash  text        not null,
  created_at timestamptz not null,
  -- Null while it is good.
  used_at    timestamptz,
  constraint pk_recovery_codes      primary key (id),
  constraint fk_recovery_codes_user foreign key (user_id) references users (id) on delete cascade,
  constraint uq_recovery_codes_code unique (user_id, code_hash)
);

-- One row is a company's rule that its people need a second factor from a time on. Without a row they need none.
-- Owner: auth. Kept while the rule holds; the audit trail keeps earlier ones.
create table second_factor_policies (
  company_id    bigint      not null,
  required_from timestamptz not null,
  set_by        bigint      not null,
  set_at        timestamptz not null,
  constraint pk_second_factor_policies         primary key (company_id),
  constraint fk_second_factor_policies_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_second_factor_policies_setter  foreign key (set_by) references users (id) on delete restrict
);
