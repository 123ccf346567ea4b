-- Legal invoices: what Turkish tax law calls one, beside the receipts that the product itself writes (`invoices`).

-- One row is a legal invoice that a receipt needs, from the day it is due to its end. What is once written down
-- stays: a row that was wrong is ended, and another one takes its place.
-- Owner: billing/legal-invoices. Kept 10 years.
create table legal_invoices (
  id            bigint       generated always as identity,
  company_id    bigint       not null,
  -- The receipt.
  invoice_id    bigint       not null,
  -- Of a refund: the legal invoice that it gives back, wholly or in part. Null for a sale.
  returns_id    bigint,
  -- Tax included, in kuruş or cents: what was charged, or what was paid back.
  currency      char(3)      not null,
  total_minor   bigint       not null,
  created_at    timestamptz  not null,
  due_at        timestamptz  not null,
  -- Issuing. `issuer` says who gave the number: none (an operator entered what was issued elsewhere), export (our own
  -- series), integrator, own (our receipt is the legal invoice).
  issuer        text,
  type          text,
  number        text,
  -- The tax administration's name for it, a UUID. Given before an integrator hears of it, so that asking again is no
  -- second invoice. Null where our receipt is the legal invoice.
  ettn          uuid,
  issued_on     date,
  tax_minor     bigint,
  tax_percent   numeric(5,2),
  -- Both parties, and the rate of a foreign currency, as they stand on it. Null where only the entry is known.
  parties       jsonb,
  rate          jsonb,
  issued_at     timestamptz,
  -- The operator. Null when the product itself did it.
  issued_by     bigint,
  -- With an integrator: when it was first sent, when to ask again, and what went wrong last.
  sent_at       timestamptz,
  ask_again_at  timestamptz,
  asks_failed   integer      not null default 0,
  problem       text,
  -- Handing over to the buyer.
  delivered_at  timestamptz,
  delivered_how text,
  delivered_by  bigint,
  -- Its end. cancelled: the tax administration has it as cancelled. returned: wholly given back by an invoice of
  -- returns. withdrawn: this row stands for no legal invoice: the entry was wrong, or none is needed.
  ended_at      timestamptz,
  ended_as      text,
  ended_reason  text,
  ended_by      bigint,
  state         text         generated always as (
    case when ended_at is not null then ended_as when delivered_at is not null then 'delivered'
         when issued_at is not null then 'issued' else 'due' end) stored,
  constraint pk_legal_invoices           primary key (id),
  constraint fk_legal_invoices_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_legal_invoices_invoice   foreign key (invoice_id) references invoices (id) on delete restrict,
  constraint fk_legal_invoices_returns   foreign key (returns_id) references legal_invoices (id) on delete restrict,
  constraint fk_legal_invoices_issuer    foreign key (issued_by) references users (id) on delete restrict,
  constraint fk_legal_invoices_deliverer foreign key (delivered_by) references users (id) on delete restrict,
  constraint fk_legal_invoices_ender     foreign key (ended_by) references users (id) on delete restrict,
  constraint ck_legal_invoices_currency  check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_legal_invoices_total     check (total_minor > 0 and tax_minor between 0 and total_minor),
  constraint ck_legal_invoices_issuer    check (issuer in ('none', 'export', 'integrator', 'own')),
  constraint ck_legal_invoices_type      check (type in ('SATIS', 'ISTISNA', 'IADE') and (type = 'IADE') = (returns_id is not null)),
  -- The format of the tax administration; a receipt of ours has it too.
  constraint ck_legal_invoices_number    check (number ~ '^[A-Z0-9]{3}20[0-9]{2}[0-9]{9}$'),
  constraint ck_legal_invoices_issue     check (
    num_nonnulls(issuer, type, number, issued_on, tax_minor, tax_percent, issued_at)
      = case when issued_at is null then 0 else 7 end
    and (issued_at is null or (ettn is null) = (issuer = 'own'))),
  constraint ck_legal_invoices_year      check (substr(number, 4, 4)::integer = extract(year from issued_on)),
  constraint ck_legal_invoices_sent      check (ettn is null or num_nonnulls(sent_at, issued_at) > 0),
  constraint ck_legal_invoices_delivery  check (
    (delivered_at is null) = (delivered_how is null)
    and delivered_how in ('mail', 'integrator', 'portal', 'paper')
    and (delivered_at is null or issued_at is not null)),
  constraint ck_legal_invoices_end       check (
    (ended_at is null) = (ended_as is null) and (ended_at is null) = (ended_reason is null)
    and ended_as in ('cancelled', 'returned', 'withdrawn')
    and (ended_as = 'withdrawn' or issued_at is not null)),
  constraint ck_legal_invoices_words     check (length(problem) <= 500 and length(ended_reason) between 1 and 500)
);
-- A number and an ETTN name one legal invoice. A mistyped entry stood for none.
create unique index uq_legal_invoices_number on legal_invoices (number) where ended_as is distinct from 'withdrawn';
create unique index uq_legal_invoices_ettn on legal_invoices (ettn) where ended_as is distinct from 'withdrawn';
-- A receipt has one at a time; after a cancelled one the next may come.
create unique index uq_legal_invoices_live on legal_invoices (invoice_id)
  where returns_id is null and (ended_as is null or ended_as = 'returned');
create index idx_legal_invoices_invoice on legal_invoices (invoice_id, id);
create index idx_legal_invoices_company on legal_invoices (company_id, id);
-- The operators' lists.
create index idx_legal_invoices_due on legal_invoices (due_at, id) where state = 'due';
create index idx_legal_invoices_state on legal_invoices (state, id);
create index idx_legal_invoices_ended on legal_invoices (id) where ended_at is not null;
create index idx_legal_invoices_number on legal_invoices (number);
create index idx_legal_invoices_asked on legal_invoices (ask_again_at, id) where state = 'due' and sent_at is not null;

create trigger refuse_rewriting before update on legal_invoices
  for each row when (
    (new.id, new.company_id, new.invoice_id, new.returns_id, new.currency, new.total_minor, new.created_at, new.due_at)
    is distinct from
    (old.id, old.company_id, old.invoice_id, old.returns_id, old.currency, old.total_minor, old.created_at, old.due_at)
    or old.ettn is not null and new.ettn is distinct from old.ettn
    or old.issued_at is not null
      and (new.issuer, new.type, new.number, new.issued_on, new.tax_minor, new.tax_percent, new.parties, new.rate,
           new.issued_at, new.issued_by)
          is distinct from
          (old.issuer, old.type, old.number, old.issued_on, old.tax_minor, old.tax_percent, old.parties, old.rate,
           old.issued_at, old.issued_by)
    or old.delivered_at is not null
      and (new.delivered_at, new.delivered_how, new.delivered_by)
          is distinct from (old.delivered_at, old.delivered_how, old.delivered_by)
    or old.ended_at is not null)
  execute function refuse_rewriting_final();
create trigger refuse_delete before delete on legal_invoices
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on legal_invoices
  for each statement execute function refuse_change();

-- One row is a file of a legal invoice, as it came or as it was written. Append-only.
-- Owner: billing/legal-invoices. Kept with its legal invoice.
create table legal_invoice_files (
  id               bigint      generated always as identity,
  company_id       bigint      not null,
  legal_invoice_id bigint      not null,
  kind             text        not null,
  content          bytea       not null,
  sha256           text        generated always as (encode(sha256(content), 'hex')) stored,
  added_at         timestamptz not null,
  -- The operator. Null when it was written here or came from an integrator.
  added_by         bigint,
  constraint pk_legal_invoice_files         primary key (id),
  constraint fk_legal_invoice_files_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_legal_invoice_files_invoice foreign key (legal_invoice_id) references legal_invoices (id) on delete restrict,
  constraint fk_legal_invoice_files_adder   foreign key (added_by) references users (id) on delete restrict,
  constraint uq_legal_invoice_files_content unique (legal_invoice_id, sha256),
  constraint ck_legal_invoice_files_kind    check (kind in ('pdf', 'xml')),
  constraint ck_legal_invoice_files_size    check (octet_length(content) between 1 and 5242880)
);
create trigger refuse_change before update or delete on legal_invoice_files
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on legal_invoice_files
  for each statement execute function refuse_change();

-- One row holds the last number of our own series of legal invoices in a year. Locked while the next is given, so
-- that numbers have no gaps, and the higher number is never of an earlier day.
-- Owner: billing/legal-invoices. Kept for ever.
create table legal_invoice_counters (
  prefix         text    not null,
  year           integer not null,
  last_number    integer not null,
  last_issued_on date    not null,
  constraint pk_legal_invoice_counters        primary key (prefix, year),
  constraint ck_legal_invoice_counters_prefix check (prefix ~ '^[A-Z0-9]{3}$'),
  constraint ck_legal_invoice_counters_year   check (extract(year from last_issued_on) = year)
);
