-- One row is a key that a program sent with a request to create something, and what was answered: the same request sent again
-- gets that answer and creates nothing. Owner: api. Swept a day after it was made.
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
