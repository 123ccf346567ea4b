-- One row is what a company may use and until when. Its state (trial, active, lapsed) follows from the times, and is not stored.
-- Owner: billing.
create table subscriptions (
  company_id        bigint      not null,
  plan              text        not null,
  -- The currency of the newest paid order; the evidence bundle's total is counted in it.
  billing_currency  char(3)     not null,
  trial_ends_at     timestamptz not null,
  -- The paid time without a gap up to now or later. Null until the first payment.
  period_started_at timestamptz,
  period_ends_at    timestamptz,
  updated_at        timestamptz not null,
  constraint pk_subscriptions          primary key (company_id),
  constraint fk_subscriptions_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_subscriptions_plan     check (plan in ('trial', 'starter', 'team', 'enterprise')),
  constraint ck_subscriptions_currency check (billing_currency in ('TRY', 'USD', 'EUR')),
  constraint ck_subscriptions_period   check ((period_started_at is null) = (period_ends_at is null)),
  constraint ck_subscriptions_order    check (period_ends_at > period_started_at)
);

-- One row is one attempt to pay, with its own merchant_oid. Never deleted.
-- Owner: billing. Kept 10 years.
create table payments (
  id                    bigint      generated always as identity,
  company_id            bigint      not null,
  -- The person who started it.
  user_id               bigint      not null,
  merchant_oid          text        not null,
  plan                  text        not null,
  currency              char(3)     not null,
  -- What we asked for, in kuruş or cents.
  amount_minor          bigint      not null,
  status                text        not null,
  created_at            timestamptz not null,
  client_ip             inet,
  user_agent            text,
  -- The address told to the gateway; differs from client_ip only where a configured override stands in for a private one.
  gateway_user_ip       inet,
  -- Opens the gateway's payment page. Null before the gateway has answered and again once the payment is decided.
  gateway_token         text,
  -- When the payment left 'pending' for the last time. Null while pending.
  decided_at            timestamptz,
  paid_at               timestamptz,
  -- What was charged; may exceed amount_minor (instalment surcharge). Null until the gateway says success.
  charged_minor         bigint,
  installment_count     integer,
  payment_type          text,
  test_mode             boolean     not null,
  failed_reason_code    text,
  failed_reason_message text,
  -- Why a person must look at it: the gateway says charged, but we did not activate. Null otherwise.
  review_reason         text,
  constraint pk_payments              primary key (id),
  constraint fk_payments_company      foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_payments_user         foreign key (user_id) references users (id) on delete restrict,
  constraint uq_payments_merchant_oid unique (merchant_oid),
  constraint ck_payments_merchant_oid check (merchant_oid ~ '^[A-Za-z0-9]{1,64}$'),
  constraint ck_payments_plan         check (plan in ('starter', 'team', 'enterprise')),
  constraint ck_payments_currency     check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_payments_amount       check (amount_minor >= 100),
  -- pending: waiting for the gateway. success: charged and activated. failed: declined or given up; a later success still counts.
  -- expired: nothing heard in time and the gateway knows no success. review: charged, but not as ordered. refused: no payment page was given.
  constraint ck_payments_status       check (status in ('pending', 'success', 'failed', 'expired', 'review', 'refused')),
  constraint ck_payments_paid         check ((status = 'success') = (paid_at is not null)),
  constraint ck_payments_review       check ((status = 'review') = (review_reason is not null))
);
create index idx_payments_company on payments (company_id, created_at desc, id desc);
create index idx_payments_user on payments (user_id, created_at desc, id desc);
create index idx_payments_pending on payments (created_at) where status = 'pending';
create index idx_payments_review on payments (id) where status = 'review';

-- One row is a signed notification exactly as it came; a repeat of the same bytes only counts up.
-- Owner: billing. Kept 10 years with its payment.
create table payment_callbacks (
  id               bigint      generated always as identity,
  -- Null when no order of ours has this merchant_oid.
  payment_id       bigint,
  merchant_oid     text        not null,
  body             bytea       not null,
  body_sha256      text        generated always as (encode(sha256(body), 'hex')) stored,
  ip_address       inet,
  received_at      timestamptz not null,
  last_received_at timestamptz not null,
  received_count   integer     not null default 1,
  -- What the first of them did.
  outcome          text        not null,
  constraint pk_payment_callbacks         primary key (id),
  constraint fk_payment_callbacks_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint uq_payment_callbacks_body    unique (merchant_oid, body_sha256),
  constraint ck_payment_callbacks_outcome check (outcome in ('paid', 'failed', 'repeat', 'ignored', 'review', 'unknown-order', 'unknown-status'))
);
create index idx_payment_callbacks_payment on payment_callbacks (payment_id, received_at);

-- One row holds the last invoice number given in a year. Locked while the next is given, so numbers have no gaps.
-- Owner: billing.
create table invoice_counters (
  year        integer not null,
  last_number integer not null,
  constraint pk_invoice_counters primary key (year)
);

-- One row is an invoice for exactly the period that one payment bought. Append-only.
-- Owner: billing. Kept 10 years.
create table invoices (
  id           bigint      generated always as identity,
  payment_id   bigint      not null,
  company_id   bigint      not null,
  year         integer     not null,
  number       integer     not null,
  -- What is printed, e.g. YAC2026000000042.
  invoice_no   text        not null,
  issued_at    timestamptz not null,
  plan         text        not null,
  period_start timestamptz not null,
  period_end   timestamptz not null,
  currency     char(3)     not null,
  total_minor  bigint      not null,
  tax_minor    bigint      not null,
  tax_percent  numeric(5,2) not null,
  -- Both parties as they were on that day.
  buyer        jsonb       not null,
  seller       jsonb       not null,
  constraint pk_invoices         primary key (id),
  constraint fk_invoices_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_invoices_company foreign key (company_id) references companies (id) on delete restrict,
  constraint uq_invoices_payment unique (payment_id),
  constraint uq_invoices_number  unique (year, number),
  constraint uq_invoices_no      unique (invoice_no),
  constraint ck_invoices_period  check (period_end > period_start),
  constraint ck_invoices_tax     check (tax_minor between 0 and total_minor)
);
create index idx_invoices_company on invoices (company_id, issued_at desc, id desc);

create trigger refuse_change before update or delete on invoices
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on invoices
  for each statement execute function refuse_change();
