-- One row is a personal access token: with it a program acts for a person through the API. The token itself is shown once and
-- kept nowhere; here is its SHA-256. Owner: auth. Kept as long as the person: the evidence of what was done with it refers to it.
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
