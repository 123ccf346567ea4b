-- People: companies, their members, and who was a member when. First some functions that tables of every room
-- use.

-- Append-only tables carry two triggers that call this function. The application's role also loses the
-- privilege (see scripts/migrations/grant-app-role.ts); the trigger holds for every other role, the owner
-- included.
create function refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception 'table % is append-only: % refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege';
end
$$;

-- What a bundle prints and what is settled may not be rewritten, by whichever role: from the start what a row
-- says of its beginning, and from its end on the rest. What only says how things are today (a role, a plan,
-- billing details) stays open. Each trigger asks its cheap question in `when`, or names its columns, so that
-- the updates the product makes call no function: Postgres reads the condition of a trigger anew in each
-- statement, and a long one costs more than the update.
create function refuse_rewriting_final() returns trigger
language plpgsql as $$
begin
  raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
    using errcode = 'insufficient_privilege';
end
$$;

-- One folding for every search: the text without accents and case, with all four letters i as one, however
-- its letters were composed. Upper case, since I, İ, ı and i have the same there once the dot is off; the
-- locale is named, so that the answer is the same on every server. 'Işıl', 'isil' and 'IŞIL' are one.
create function search_text(value text) returns text
language sql immutable strict parallel safe
return upper(regexp_replace(normalize(value, nfkd), '[\u0300-\u036f]', '', 'g') collate "und-x-icu");

-- Comes with Postgres, and the owner of a database may add it. Somebody may have done so before.
create extension if not exists pg_trgm;

-- One row is a customer: the tenant that every other row belongs to.
-- Owner: people. Kept for ever while evidence refers to it (10 years for invoices).
create table companies (
  id                 bigint      generated always as identity,
  name               text        not null,
  subdomain          text        not null,
  -- What an invoice and the gateway need to know of the buyer. Null until an admin has filled in the billing
  -- details.
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
-- The operators' list: in Turkish order, as the list of people, and not in that of the server.
create index idx_companies_by_name on companies ((name collate "tr-x-icu"), id);
create index idx_companies_search on companies
  using gin (search_text(name) gin_trgm_ops, search_text(subdomain) gin_trgm_ops);

-- Billing details are facts of today; what was printed on an invoice stands in the invoice.
create trigger refuse_rewriting before update on companies
  for each row when (
    (new.id, new.name, new.subdomain, new.created_at) is distinct from (old.id, old.name, old.subdomain, old.created_at))
  execute function refuse_rewriting_final();

-- One row is a person who can sign in. Never deleted: a person who leaves is deactivated, the evidence stays.
-- Owner: people. Kept while evidence refers to it.
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
  -- For the key of invitations: id alone is unique already.
  constraint uq_users_company_id unique (company_id, id),
  constraint ck_users_email     check (email = lower(email) and length(email) between 3 and 100),
  constraint ck_users_full_name check (length(full_name) between 1 and 100),
  constraint ck_users_role      check (role in ('member', 'admin', 'operator')),
  constraint ck_users_locale    check (locale in ('tr', 'en')),
  constraint ck_users_company   check ((role = 'operator') = (company_id is null))
);
create index idx_users_company on users (company_id, id);
-- The admin's list of people: by name in Turkish order, by keyset.
create index idx_users_company_name on users (company_id, (full_name collate "tr-x-icu"), id);
create index idx_users_search on users
  using gin (search_text(full_name) gin_trgm_ops, search_text(email) gin_trgm_ops);

-- Who an account belongs to. The role is a fact of today; access is taken away and given back; sign-ins only
-- get newer.
create trigger refuse_rewriting before update on users
  for each row when (
    (new.id, new.company_id, new.email, new.full_name, new.created_at)
    is distinct from (old.id, old.company_id, old.email, old.full_name, old.created_at)
    or (old.deactivated_at is not null and new.deactivated_at is not null and new.deactivated_at <> old.deactivated_at)
    or (old.last_login_at is not null and (new.last_login_at is null or new.last_login_at < old.last_login_at)))
  execute function refuse_rewriting_final();

-- The platform's staff never belong to a customer's company, and never let anybody into one: what such an
-- account did would read as the customer's own. The code says so, and here the database does, whoever writes.
-- A person stays what they are.
create function refuse_change_of_company() returns trigger language plpgsql as $$
begin
  raise exception 'users.company_id never changes: staff cannot become members, nor members staff or somebody else''s'
    using errcode = 'integrity_constraint_violation';
end
$$;

create trigger users_keep_company before update of company_id on users
for each row when (old.company_id is distinct from new.company_id) execute function refuse_change_of_company();

-- One row is a time during which a person was a member of a company: it decides which payments are in that
-- person's evidence.
-- Owner: people. Kept as long as the person.
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

-- A membership ends once.
create trigger refuse_rewriting before update on membership_periods
  for each row when (
    old.ended_at is not null
    or (new.id, new.user_id, new.company_id, new.started_at) is distinct from (old.id, old.user_id, old.company_id, old.started_at))
  execute function refuse_rewriting_final();
create trigger refuse_delete before delete on membership_periods
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on membership_periods
  for each statement execute function refuse_change();

-- One row is an invitation to join a company. The token itself is only in the mail; here is its SHA-256.
-- Owner: people. Kept as long as the company: it says who let whom in.
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
  -- Whoever invites belongs to the company.
  constraint fk_invitations_inviter_company foreign key (company_id, invited_by) references users (company_id, id) on delete restrict,
  constraint fk_invitations_accepted foreign key (accepted_user_id) references users (id) on delete restrict,
  constraint uq_invitations_token    unique (token_hash),
  constraint ck_invitations_role     check (role in ('member', 'admin')),
  constraint ck_invitations_email    check (email = lower(email) and length(email) between 3 and 100),
  constraint ck_invitations_end      check (accepted_at is null or revoked_at is null),
  constraint ck_invitations_accepted check ((accepted_at is null) = (accepted_user_id is null))
);
create unique index uq_invitations_open on invitations (company_id, email) where accepted_at is null and revoked_at is null;
create index idx_invitations_company on invitations (company_id, id);
-- The admin's list of open invitations, newest first, by keyset.
create index idx_invitations_company_open on invitations (company_id, created_at desc, id desc)
  where accepted_at is null and revoked_at is null;
create index idx_invitations_search on invitations using gin (search_text(email) gin_trgm_ops);
