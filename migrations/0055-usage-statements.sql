-- Statements of what a company used and paid in a month, and what their readers answered (src/disputes/statements).

-- One row is the statement of a company's month: once each. Owner: disputes. Kept as long as the mails.
create table usage_statements (
  id         bigint      generated always as identity,
  company_id bigint      not null,
  -- YYYY-MM, in Europe/Istanbul.
  month      text        not null,
  mailed_at  timestamptz not null,
  -- People it was mailed to; 0: nobody of the company could be.
  recipients integer     not null,
  constraint pk_usage_statements            primary key (id),
  constraint uq_usage_statements_month      unique (company_id, month),
  constraint fk_usage_statements_company    foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_usage_statements_month      check (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
  constraint ck_usage_statements_recipients check (recipients >= 0)
);

-- One row is the link of one reader of a statement, and the answers given by it. Owner: disputes. Kept as long as the mails.
create table usage_statement_links (
  id                bigint      generated always as identity,
  statement_id      bigint      not null,
  company_id        bigint      not null,
  user_id           bigint      not null,
  token_hash        text        not null,
  expires_at        timestamptz not null,
  -- "This wasn't me", of which payment. Null: never said.
  not_me_at         timestamptz,
  not_me_payment_id bigint,
  -- Null: never cancelled by this link.
  cancelled_at      timestamptz,
  constraint pk_usage_statement_links           primary key (id),
  constraint uq_usage_statement_links_token     unique (token_hash),
  constraint uq_usage_statement_links_reader    unique (statement_id, user_id),
  constraint fk_usage_statement_links_statement foreign key (statement_id) references usage_statements (id) on delete restrict,
  constraint fk_usage_statement_links_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_usage_statement_links_user      foreign key (user_id) references users (id) on delete restrict,
  constraint fk_usage_statement_links_payment   foreign key (not_me_payment_id) references payments (id) on delete restrict,
  constraint ck_usage_statement_links_token     check (token_hash ~ '^[0-9a-f]{64}$'),
  constraint ck_usage_statement_links_not_me    check ((not_me_at is null) = (not_me_payment_id is null))
);
create index idx_usage_statement_links_user on usage_statement_links (user_id);
