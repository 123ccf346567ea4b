-- What banks take back and give again in disputes, as the books have it.

-- One row holds the last number of a chargeback record given in a year, as invoice_counters does for invoices.
-- Owner: billing/chargebacks.
create table chargeback_counters (
  year           integer not null,
  last_number    integer not null,
  last_issued_at timestamptz,
  constraint pk_chargeback_counters primary key (year)
);

-- One row says that a bank took money of a payment (taken), or gave it again (restored). It is numbered, copies
-- what the receipt of the payment says, and never changes. A restored one names the one that it undoes.
-- Owner: billing/chargebacks. Kept 10 years.
-- Personal data: none of its own; it leads to the payment and so to its payer.
create table chargebacks (
  id            bigint       generated always as identity,
  dispute_id    bigint       not null,
  payment_id    bigint       not null,
  company_id    bigint       not null,
  kind          text         not null,
  restores      bigint,
  year          integer      not null,
  number        integer      not null,
  chargeback_no text         not null,
  issued_at     timestamptz  not null,
  currency      char(3)      not null,
  total_minor   bigint       not null,
  -- The tax within the total; null when the payment has no receipt.
  tax_minor     bigint,
  invoice_no    text,
  plan          text         not null,
  period_start  timestamptz,
  period_end    timestamptz,
  constraint pk_chargebacks          primary key (id),
  constraint uq_chargebacks_no       unique (chargeback_no),
  constraint uq_chargebacks_number   unique (year, number),
  constraint uq_chargebacks_restores unique (restores),
  constraint fk_chargebacks_dispute  foreign key (dispute_id) references disputes (id) on delete restrict,
  constraint fk_chargebacks_payment  foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_chargebacks_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_chargebacks_restores foreign key (restores) references chargebacks (id) on delete restrict,
  constraint ck_chargebacks_kind     check (kind in ('taken', 'restored')),
  constraint ck_chargebacks_restores check ((kind = 'restored') = (restores is not null)),
  constraint ck_chargebacks_total    check (total_minor > 0),
  constraint ck_chargebacks_tax      check (tax_minor between 0 and total_minor),
  constraint ck_chargebacks_currency check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_chargebacks_invoice  check (num_nulls(invoice_no, tax_minor, period_start, period_end) in (0, 4))
);
create index idx_chargebacks_dispute on chargebacks (dispute_id, id);
create index idx_chargebacks_payment on chargebacks (payment_id, id);
create index idx_chargebacks_company on chargebacks (company_id, id desc);
-- The books of a month.
create index idx_chargebacks_issued on chargebacks (issued_at, currency) include (kind, total_minor);
create trigger refuse_change before update or delete on chargebacks
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on chargebacks
  for each statement execute function refuse_change();

-- Taken by banks less given again: below zero in a month in which more came back.
alter table finance_months add column charged_back_minor bigint not null default 0;
