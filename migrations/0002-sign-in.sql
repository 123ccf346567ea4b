-- Signing in, by browser or by program: locks, devices, browser sessions, access tokens, SSH keys.

-- One row counts wrong passwords for one e-mail address, whether or not a person has it, so that a lock tells
-- nothing. The key is the SHA-256 of the address, or of the address with a known device. Owner: auth. Swept
-- when a day old.
create table login_locks (
  key          text        not null,
  failed_count integer     not null,
  -- Null while attempts are allowed.
  locked_until timestamptz,
  updated_at   timestamptz not null,
  constraint pk_login_locks       primary key (key),
  constraint ck_login_locks_count check (failed_count >= 0)
);
create index idx_login_locks_updated_at on login_locks (updated_at);

-- One row is a browser that a person has signed in with. A lock put on by strangers does not shut it out.
-- Owner: auth. Kept 24 months after its last use: it is a sign of the same device in a dispute.
create table known_devices (
  id           bigint      generated always as identity,
  user_id      bigint      not null,
  token_hash   text        not null,
  user_agent   text,
  ip_address   inet,
  created_at   timestamptz not null,
  last_used_at timestamptz not null,
  constraint pk_known_devices       primary key (id),
  constraint fk_known_devices_user  foreign key (user_id) references users (id) on delete restrict,
  constraint uq_known_devices_token unique (token_hash)
);
create index idx_known_devices_user on known_devices (user_id, last_used_at);

-- One row is a signed-in (or about to sign in) browser. sid is the SHA-256 of the cookie's value.
-- Owner: web. Swept when expired.
create table browser_sessions (
  sid    text        not null,
  sess   jsonb       not null,
  expire timestamptz not null,
  constraint pk_browser_sessions primary key (sid)
);
create index idx_browser_sessions_expire on browser_sessions (expire);
create index idx_browser_sessions_user on browser_sessions ((sess -> 'passport' ->> 'user'));

-- One row is a counter of rate-limiter-flexible (its own column types). Owner: web. Swept when expired.
create table rate_limits (
  key    varchar(255) not null,
  points integer      not null default 0,
  expire bigint,
  constraint pk_rate_limits primary key (key)
);
create index idx_rate_limits_expire on rate_limits (expire);

-- One row is a personal access token: with it a program acts for a person through the API. The token itself
-- is shown once and kept nowhere; here is its SHA-256. Owner: credentials. Kept as long as the person: the
-- evidence of what was done with it refers to it.
create table access_tokens (
  id           bigint      generated always as identity,
  company_id   bigint      not null,
  user_id      bigint      not null,
  name         text        not null,
  token_hash   text        not null,
  scopes       text[]      not null,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  -- Both null until it has been used; written at most once a minute.
  last_used_at timestamptz,
  last_used_ip inet,
  -- Null while nobody has withdrawn it.
  revoked_at   timestamptz,
  constraint pk_access_tokens         primary key (id),
  constraint fk_access_tokens_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_access_tokens_user    foreign key (user_id) references users (id) on delete restrict,
  constraint uq_access_tokens_token   unique (token_hash),
  constraint ck_access_tokens_name    check (length(name) between 1 and 60),
  constraint ck_access_tokens_hash    check (token_hash ~ '^[0-9a-f]{64}$'),
  constraint ck_access_tokens_scopes  check (
    cardinality(scopes) > 0
    and scopes <@ array['workspaces:read', 'workspaces:write', 'sessions:read', 'sessions:write']
  ),
  -- Nothing is valid for ever: a year and the length of a leap day.
  constraint ck_access_tokens_expiry  check (expires_at > created_at and expires_at <= created_at + interval '366 days')
);
create index idx_access_tokens_user on access_tokens (user_id, id);

-- One row is a public key with which a person enters workspaces by SSH. What is public is stored as it is;
-- the private half never comes here. Owner: credentials. Kept as long as the person: the evidence of what was
-- done with it refers to it.
create table ssh_keys (
  id           bigint      generated always as identity,
  company_id   bigint      not null,
  user_id      bigint      not null,
  label        text        not null,
  key_type     text        not null,
  -- The key as it stands in an authorized_keys file: base64 of the wire format (RFC 4253, section 6.6).
  key_blob     text        not null,
  -- As ssh-keygen prints it.
  fingerprint  text        not null,
  created_at   timestamptz not null,
  -- Both null until it has been used.
  last_used_at timestamptz,
  last_used_ip inet,
  -- Null while it opens something.
  removed_at   timestamptz,
  constraint pk_ssh_keys             primary key (id),
  constraint fk_ssh_keys_company     foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_ssh_keys_user        foreign key (user_id) references users (id) on delete restrict,
  constraint ck_ssh_keys_label       check (length(label) between 1 and 60),
  constraint ck_ssh_keys_type        check (key_type in (
    'ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521',
    'sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com', 'ssh-rsa')),
  -- Ends up in a line of options that sshd reads.
  constraint ck_ssh_keys_blob        check (key_blob ~ '^[A-Za-z0-9+/]+={0,2}$' and length(key_blob) <= 8000),
  constraint ck_ssh_keys_fingerprint check (fingerprint ~ '^SHA256:[A-Za-z0-9+/]{43}$')
);
-- A key that is in use stands for one person, in all companies: sshd knows nobody by name.
create unique index uq_ssh_keys_live on ssh_keys (fingerprint) where removed_at is null;
create index idx_ssh_keys_user on ssh_keys (user_id, id);

-- One row is a key that a program sent with a request to create something, and what was answered: the same
-- request sent again gets that answer and creates nothing. Owner: api. Swept a day after it was made.
create table api_idempotency_keys (
  user_id     bigint      not null,
  company_id  bigint      not null,
  key         text        not null,
  -- SHA-256 of what was asked for: another request under the same key is a mistake of the program.
  fingerprint text        not null,
  -- Null only within the transaction that creates the thing; nobody else can see it so.
  -- Not jsonb, which sorts the names: the second answer is the first to the letter.
  answer      json,
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  constraint pk_api_idempotency_keys         primary key (user_id, key),
  constraint fk_api_idempotency_keys_user    foreign key (user_id) references users (id) on delete cascade,
  constraint fk_api_idempotency_keys_company foreign key (company_id) references companies (id) on delete cascade,
  constraint ck_api_idempotency_keys_key     check (length(key) between 1 and 200),
  constraint ck_api_idempotency_keys_expiry  check (expires_at > created_at)
);
create index idx_api_idempotency_keys_expires_at on api_idempotency_keys (expires_at);
