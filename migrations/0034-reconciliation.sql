-- The gateway's own lists of what it charged, gave back and paid out, and where they and the books differ.

-- One row is an answer of the gateway to a question for a report, exactly as it came. The same answer again is
-- counted. Append-only.
-- Owner: billing/reconciliation. Kept 10 years, as the books are. Holds masked cards and our own IBAN.
create table gateway_reports (
  id              bigint      generated always as identity,
  -- transactions: charges and refunds. payouts: what was transferred to our bank account, by day. payout_lines: the
  -- orders in the transfers of one day.
  kind            text        not null,
  -- The days that were asked about, both included, as the gateway counts days (Istanbul).
  from_day        date        not null,
  to_day          date        not null,
  body            bytea       not null,
  body_sha256     text        generated always as (encode(sha256(body), 'hex')) stored,
  row_count       integer     not null,
  -- Rows that could not be read, each with the field and its fault.
  problems        jsonb       not null,
  fetched_at      timestamptz not null,
  last_fetched_at timestamptz not null,
  fetched_count   integer     not null default 1,
  constraint pk_gateway_reports      primary key (id),
  constraint uq_gateway_reports_body unique (kind, from_day, to_day, body_sha256),
  constraint ck_gateway_reports_kind check (kind in ('transactions', 'payouts', 'payout_lines')),
  constraint ck_gateway_reports_days check (to_day >= from_day),
  constraint ck_gateway_reports_rows check (row_count >= 0)
);
-- Which days are known, newest first.
create index idx_gateway_reports_days on gateway_reports (kind, to_day desc);

create function refuse_rewriting_report() returns trigger
language plpgsql as $$
begin
  if (new.id, new.kind, new.from_day, new.to_day, new.body, new.row_count, new.problems, new.fetched_at)
     is distinct from (old.id, old.kind, old.from_day, old.to_day, old.body, old.row_count, old.problems, old.fetched_at) then
    raise exception 'a report is kept as it came: update refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting before update on gateway_reports
  for each row execute function refuse_rewriting_report();
create trigger refuse_delete before delete on gateway_reports
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on gateway_reports
  for each statement execute function refuse_change();

-- One row is a line of the gateway's transaction list: a charge or money given back. Append-only.
-- Owner: billing/reconciliation. Kept 10 years with its report.
-- Personal data: masked_card, through the payment.
create table gateway_movements (
  id                bigint  generated always as identity,
  report_id         bigint  not null,
  kind              text    not null,
  merchant_oid      text    not null,
  -- Null when no order of ours has this number.
  payment_id        bigint,
  day               date    not null,
  -- Equal lines of a day are numbered from 1, so that a list that is fetched again adds only what is new.
  ordinal           integer not null,
  -- The gateway's islem_tutari and odeme_tutari, in minor units. Its documents do not say which one holds an
  -- instalment surcharge.
  amount_minor      bigint  not null,
  paid_minor        bigint  not null,
  -- Without and with the gateway's commission, where it tells them.
  net_minor         bigint,
  fee_minor         bigint,
  currency          text    not null,
  installment_count integer,
  payment_type      text,
  card_brand        text,
  masked_card       text,
  constraint pk_gateway_movements         primary key (id),
  constraint fk_gateway_movements_report  foreign key (report_id) references gateway_reports (id) on delete restrict,
  constraint fk_gateway_movements_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint uq_gateway_movements_line    unique (merchant_oid, kind, day, paid_minor, currency, ordinal),
  constraint ck_gateway_movements_kind    check (kind in ('sale', 'return')),
  constraint ck_gateway_movements_amount  check (amount_minor >= 0 and paid_minor >= 0 and ordinal > 0)
);
create index idx_gateway_movements_payment on gateway_movements (payment_id);
create index idx_gateway_movements_day on gateway_movements (day, currency) include (fee_minor);
-- An operator looks for the digits that a masked card shows, first six and last four.
create index idx_gateway_movements_card on gateway_movements ((left(masked_card, 6) || right(masked_card, 4)));
create trigger refuse_change before update or delete on gateway_movements
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on gateway_movements
  for each statement execute function refuse_change();

-- One row is what the gateway transferred to us on one day in one currency. A later report with other sums adds a
-- row, and the newest counts. Append-only.
-- Owner: billing/reconciliation. Kept 10 years with its report.
create table gateway_payouts (
  id            bigint  generated always as identity,
  report_id     bigint  not null,
  day           date    not null,
  currency      text    not null,
  -- Our own account.
  iban          text    not null,
  sales_minor   bigint  not null,
  returns_minor bigint  not null,
  -- Can be less than nothing, when more was given back than sold.
  net_minor     bigint  not null,
  constraint pk_gateway_payouts        primary key (id),
  constraint fk_gateway_payouts_report foreign key (report_id) references gateway_reports (id) on delete restrict,
  constraint uq_gateway_payouts_sums   unique (day, currency, iban, sales_minor, returns_minor, net_minor)
);
create trigger refuse_change before update or delete on gateway_payouts
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on gateway_payouts
  for each statement execute function refuse_change();

-- One row is an order within the transfers of a day. Append-only.
-- Owner: billing/reconciliation. Kept 10 years with its report.
create table gateway_payout_lines (
  id           bigint  generated always as identity,
  report_id    bigint  not null,
  day          date    not null,
  merchant_oid text    not null,
  payment_id   bigint,
  currency     text    not null,
  ordinal      integer not null,
  amount_minor bigint  not null,
  constraint pk_gateway_payout_lines         primary key (id),
  constraint fk_gateway_payout_lines_report  foreign key (report_id) references gateway_reports (id) on delete restrict,
  constraint fk_gateway_payout_lines_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint uq_gateway_payout_lines_line    unique (merchant_oid, day, amount_minor, currency, ordinal),
  constraint ck_gateway_payout_lines_ordinal check (ordinal > 0)
);
create index idx_gateway_payout_lines_payment on gateway_payout_lines (payment_id);
create index idx_gateway_payout_lines_day on gateway_payout_lines (day, currency);
create trigger refuse_change before update or delete on gateway_payout_lines
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on gateway_payout_lines
  for each statement execute function refuse_change();

-- One row is something that does not add up, from when it was found until it was gone or an operator explained it.
-- Owner: billing/reconciliation. Kept 10 years, as the books are.
-- Personal data: note, closed_by.
create table finance_differences (
  id           bigint      generated always as identity,
  kind         text        not null,
  -- The order, or the day and currency, that it is about; with the kind it names the difference.
  about        text        not null,
  payment_id   bigint,
  company_id   bigint,
  currency     text,
  -- Ours and the gateway's, in minor units, where the kind compares amounts.
  ours_minor   bigint,
  theirs_minor bigint,
  found_at     timestamptz not null,
  last_seen_at timestamptz not null,
  -- When a look did not find it any more.
  gone_at      timestamptz,
  closed_at    timestamptz,
  closed_by    bigint,
  note         text,
  constraint pk_finance_differences         primary key (id),
  constraint fk_finance_differences_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_finance_differences_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_finance_differences_closer  foreign key (closed_by) references users (id) on delete restrict,
  constraint ck_finance_differences_closed  check (num_nulls(closed_at, closed_by, note) in (0, 3)),
  constraint ck_finance_differences_note    check (length(note) between 1 and 500)
);
-- One at a time for each thing; one that comes back after it was gone is a new one.
create unique index uq_finance_differences_open on finance_differences (kind, about) where gone_at is null;
create index idx_finance_differences_list on finance_differences (id) where gone_at is null and closed_at is null;
create trigger refuse_delete before delete on finance_differences
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on finance_differences
  for each statement execute function refuse_change();

-- One row is what was charged and given back in one currency in a month that is over. Neither can change any more, as both
-- belong to the time when they were first known, so the months of years are read without their payments. Append-only.
-- Owner: billing/finance. Kept 10 years, as the books are.
create table finance_months (
  -- YYYY-MM, as Istanbul counts.
  month          text        not null,
  currency       char(3)     not null,
  charged_minor  bigint      not null,
  returned_minor bigint      not null,
  closed_at      timestamptz not null,
  constraint pk_finance_months          primary key (month, currency),
  constraint ck_finance_months_month    check (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
  constraint ck_finance_months_currency check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_finance_months_sums     check (charged_minor >= 0 and returned_minor >= 0)
);
create trigger refuse_change before update or delete on finance_months
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on finance_months
  for each statement execute function refuse_change();

-- The documents and refunds of a month.
create index idx_invoices_issued on invoices (issued_at, currency) include (total_minor, tax_minor);
create index idx_reversals_issued on reversals (issued_at, currency) include (total_minor, tax_minor);
create index idx_refunds_done on refunds (decided_at, currency) include (amount_minor) where state = 'done';

-- When the gateway first said that it charged: months are closed by it, so it never changes.
select lock_patiently('payments');
alter table payments add column charged_at timestamptz;
update payments set charged_at = coalesce(paid_at, decided_at) where charged_minor is not null;
create function note_charge() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.charged_at is not null then
    new.charged_at := old.charged_at;
  elsif new.charged_minor is not null then
    new.charged_at := coalesce(new.paid_at, new.decided_at);
  end if;
  return new;
end
$$;
create trigger note_charge before insert or update of charged_minor, charged_at on payments
  for each row execute function note_charge();
-- The money of a month, without a look at the rows themselves.
create index idx_payments_charged on payments (charged_at, currency) include (status, charged_minor)
  where charged_at is not null;
create index idx_payments_uncharged on payments (created_at, currency) include (status) where charged_at is null;
-- An operator looks for the digits of a card, as the answers about single orders show them.
create index idx_payment_card_facts_card on payment_card_facts ((left(masked_pan, 6) || right(masked_pan, 4)));
-- An operator looks for an amount.
create index idx_payments_amount on payments (amount_minor, created_at desc);
create index idx_payments_charged_amount on payments (charged_minor) where charged_minor <> amount_minor;
