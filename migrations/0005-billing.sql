-- Billing: what a company may use, its orders, what the gateway said of them, and invoices.

-- One row is what a company may use and until when. Its state (trial, active, lapsed) follows from the times,
-- and is not stored.
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
  -- The address told to the gateway; differs from client_ip only where a configured override stands in for a
  -- private one.
  gateway_user_ip       inet,
  -- Opens the gateway's payment page. Null before the gateway has answered and again once the payment is
  -- decided.
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
  -- When another order of the company took its place, or when it no longer fitted what the company had paid
  -- for. Its page is not shown any more; the gateway may still report a charge. Null otherwise.
  superseded_at         timestamptz,
  -- How often the gateway was asked about it in vain, and when it is asked again. Null: as soon as the
  -- payment is overdue.
  asks_failed           integer     not null default 0,
  ask_again_at          timestamptz,
  -- The last try and why it failed, for the people who look after it.
  asked_at              timestamptz,
  ask_problem           text,
  constraint pk_payments              primary key (id),
  constraint fk_payments_company      foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_payments_user         foreign key (user_id) references users (id) on delete restrict,
  constraint uq_payments_merchant_oid unique (merchant_oid),
  constraint ck_payments_merchant_oid check (merchant_oid ~ '^[A-Za-z0-9]{1,64}$'),
  constraint ck_payments_plan         check (plan in ('starter', 'team', 'enterprise')),
  constraint ck_payments_currency     check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_payments_amount       check (amount_minor >= 100),
  -- pending: waiting for the gateway. success: charged and activated. failed: declined or given up; a later
  -- success still counts. expired: nothing heard in time and the gateway knows no success. review: charged,
  -- but not as ordered. refused: no payment page was given.
  constraint ck_payments_status       check (status in ('pending', 'success', 'failed', 'expired', 'review', 'refused')),
  constraint ck_payments_paid         check ((status = 'success') = (paid_at is not null)),
  constraint ck_payments_review       check ((status = 'review') = (review_reason is not null))
);
create index idx_payments_company on payments (company_id, created_at desc, id desc);
create index idx_payments_user on payments (user_id, created_at desc, id desc);
create index idx_payments_pending on payments (created_at) where status = 'pending';
-- What a person must look at, by keyset: of all companies, and of one.
create index idx_payments_review on payments (id) where status = 'review';
create index idx_payments_company_review on payments (company_id, id) where status = 'review';
-- A company has one open order: two payment pages at once could both be paid, each by a rule that looked only
-- at itself.
create unique index uq_payments_open_order on payments (company_id) where status = 'pending' and superseded_at is null;

-- What was ordered is final from the start.
create trigger refuse_rewriting before update of
    id, company_id, user_id, merchant_oid, plan, currency, amount_minor, created_at, client_ip, user_agent, gateway_user_ip, test_mode
  on payments
  for each row when (
    (new.id, new.company_id, new.user_id, new.merchant_oid, new.plan, new.currency, new.amount_minor, new.created_at, new.client_ip,
     new.user_agent, new.gateway_user_ip, new.test_mode)
    is distinct from
    (old.id, old.company_id, old.user_id, old.merchant_oid, old.plan, old.currency, old.amount_minor, old.created_at, old.client_ip,
     old.user_agent, old.gateway_user_ip, old.test_mode))
  execute function refuse_rewriting_final();

-- What was charged, once it is known.
create trigger refuse_rewriting_charge before update of charged_minor on payments
  for each row when (old.charged_minor is not null and new.charged_minor is distinct from old.charged_minor)
  execute function refuse_rewriting_final();

-- And all of it once the order is paid.
create function refuse_rewriting_paid() returns trigger
language plpgsql as $$
begin
  if (new.status, new.decided_at, new.paid_at, new.installment_count, new.payment_type, new.failed_reason_code,
      new.failed_reason_message, new.review_reason)
     is distinct from
     (old.status, old.decided_at, old.paid_at, old.installment_count, old.payment_type, old.failed_reason_code,
      old.failed_reason_message, old.review_reason) then
    raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting_paid before update on payments
  for each row when (old.status = 'success') execute function refuse_rewriting_paid();

-- It lives on until it is decided, and never goes away.
create trigger refuse_delete before delete on payments
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on payments
  for each statement execute function refuse_change();

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

-- A notification is kept as it came: of its row only the count of repeats and their last time may change.
create function refuse_rewriting_callback() returns trigger
language plpgsql as $$
begin
  if (new.payment_id, new.merchant_oid, new.body, new.ip_address, new.received_at, new.outcome)
     is distinct from (old.payment_id, old.merchant_oid, old.body, old.ip_address, old.received_at, old.outcome) then
    raise exception 'a notification is kept as it came: update refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting before update on payment_callbacks
  for each row execute function refuse_rewriting_callback();
create trigger refuse_delete before delete on payment_callbacks
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on payment_callbacks
  for each statement execute function refuse_change();

-- One row holds the last invoice number given in a year. Locked while the next is given, so numbers have no
-- gaps.
-- Owner: billing.
create table invoice_counters (
  year           integer not null,
  last_number    integer not null,
  -- When the last number was given: number and time are given together, so that the higher number is never
  -- the older one. Null: none was given yet.
  last_issued_at timestamptz,
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
