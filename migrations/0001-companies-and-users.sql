-- Append-only tables carry two triggers that call this function. The application's role also loses the privilege
-- (see scripts/migrate.ts); the trigger holds for every other role, the owner included.
create function refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception 'table % is append-only: % refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege';
end
$$;

-- One row is a customer: the tenant that every other row belongs to.
-- Owner: auth. Kept for ever while evidence refers to it (10 years for invoices).
create table companies (
  id                 bigint      generated always as identity,
  name               text        not null,
  subdomain          text        not null,
  -- What an invoice and the gateway need to know of the buyer. Null until an admin has filled in the billing details.
  billing_name       text,
  billing_address    text,
  billing_phone      text,
  billing_tax_office text,
  billing_tax_number text,
  created_at         timestamptz not null,
  constraint pk_companies           primary key (id),
  constraint uq_companies_subdomain unique (subdomain),
  constraint ck_companies_name      check (length(name) between 1 and 120),
  constraint ck_companies_subdomain check (subdomain ~ '^[a-z0-9]([a-z0-9-]{1,38}[a-z0-9])$')
);
create index idx_companies_name on companies (lower(name), id);

-- One row is a person who can sign in. Never deleted: a person who leaves is deactivated, the evidence stays.
-- Owner: auth. Kept while evidence refers to it.
create table users (
  id             bigint      generated always as identity,
  -- Null for operators only: they are the platform's own staff and belong to no customer.
  company_id     bigint,
  email          text        not null,
  full_name      text        not null,
  password_hash  text        not null,
  role           text        not null,
  locale         text        not null,
  created_at     timestamptz not null,
  -- Null while the person may sign in.
  deactivated_at timestamptz,
  -- Null until the first sign-in.
  last_login_at  timestamptz,
  constraint pk_users           primary key (id),
  constraint fk_users_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint uq_users_email     unique (email),
  constraint ck_users_email     check (email = lower(email) and length(email) between 3 and 100),
  constraint ck_users_full_name check (length(full_name) between 1 and 100),
  constraint ck_users_role      check (role in ('member', 'admin', 'operator')),
  constraint ck_users_locale    check (locale in ('tr', 'en')),
  constraint ck_users_company   check ((role = 'operator') = (company_id is null))
);
create index idx_users_company on users (company_id, id);

-- One row is a time during which a person was a member of a company: it decides which payments are in that person's evidence.
-- Owner: auth. Kept as long as the person.
create table membership_periods (
  id         bigint      generated always as identity,
  user_id    bigint      not null,
  company_id bigint      not null,
  started_at timestamptz not null,
  -- Null while the person is a member.
  ended_at   timestamptz,
  constraint pk_membership_periods         primary key (id),
  constraint fk_membership_periods_user    foreign key (user_id) references users (id) on delete restrict,
  constraint fk_membership_periods_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_membership_periods_order   check (ended_at is null or ended_at >= started_at)
);
create unique index uq_membership_periods_open on membership_periods (user_id) where ended_at is null;
create index idx_membership_periods_user on membership_periods (user_id, started_at);

-- One row is an invitation to join a company. The token itself is only in the mail; here is its SHA-256.
-- Owner: auth. Kept as long as the company: it says who let whom in.
create table invitations (
  id               bigint      generated always as identity,
  company_id       bigint      not null,
  email            text        not null,
  role             text        not null,
  token_hash       text        not null,
  invited_by       bigint      not null,
  created_at       timestamptz not null,
  expires_at       timestamptz not null,
  -- At most one of the two is set; both null while the invitation is open.
  accepted_at      timestamptz,
  revoked_at       timestamptz,
  -- The person made from it. Null until accepted.
  accepted_user_id bigint,
  constraint pk_invitations          primary key (id),
  constraint fk_invitations_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_invitations_inviter  foreign key (invited_by) references users (id) on delete restrict,
  constraint fk_invitations_accepted foreign key (accepted_user_id) references users (id) on delete restrict,
  constraint uq_invitations_token    unique (token_hash),
  constraint ck_invitations_role     check (role in ('member', 'admin')),
  constraint ck_invitations_email    check (email = lower(email) and length(email) between 3 and 100),
  constraint ck_invitations_end      check (accepted_at is null or revoked_at is null),
  constraint ck_invitations_accepted check ((accepted_at is null) = (accepted_user_id is null))
);
create unique index uq_invitations_open on invitations (company_id, email) where accepted_at is null and revoked_at is null;
create index idx_invitations_company on invitations (company_id, id);

-- One row counts wrong passwords for one e-mail address, whether or not a person has it, so that a lock tells nothing.
-- The key is the SHA-256 of the address, or of the address with a known device. Owner: auth. Swept when a day old.
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
