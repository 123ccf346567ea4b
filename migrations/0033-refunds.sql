-- Money given back, what the books say of it, and what people decided about charges that waited in review.

-- One row is one refund of a payment: asked for here, or made in the gateway's panel and found there.
-- Owner: billing/refunds. Kept 10 years with its payment.
-- Personal data: reason, and the operators who asked for it, confirmed and closed it.
create table refunds (
  id              bigint      generated always as identity,
  payment_id      bigint      not null,
  company_id      bigint      not null,
  -- ours: asked for here. panel: made at the gateway without us.
  source          text        not null,
  -- Ours at the gateway, by which an outcome is recognised. Null for one of the panel.
  reference_no    text,
  amount_minor    bigint      not null,
  currency        char(3)     not null,
  -- requested: waits for its second step. sent: on its way to the gateway. waiting: the gateway could not do it
  -- yet, and gets it again. unknown: nobody knows whether the gateway did it, so it is asked. done, refused and
  -- withdrawn are final.
  state           text        not null,
  -- The rule by which money is given back, and the operator's words. Null for one of the panel.
  policy          text,
  reason          text,
  -- Whether the paid time that the payment bought ends with it. Null: nobody has chosen yet (panel).
  ends_paid_time  boolean,
  requested_by    bigint,
  -- When it was asked for, or found.
  requested_at    timestamptz not null,
  confirmed_by    bigint,
  confirmed_at    timestamptz,
  -- The newest try, and how many there were. Each follows a clear no of the gateway.
  sent_at         timestamptz,
  times_sent      integer     not null default 0,
  send_again_at   timestamptz,
  -- How often the gateway was asked what became of it. Without a next time a person has to look.
  asks            integer     not null default 0,
  asked_at        timestamptz,
  ask_again_at    timestamptz,
  -- The newest answer that could be read and did not list it.
  not_listed_at   timestamptz,
  gateway_code    text,
  gateway_message text,
  -- The day of one of the panel, as the gateway writes it.
  gateway_date    text,
  decided_at      timestamptz,
  -- The operator who found that the gateway never made it, and how.
  closed_by       bigint,
  close_reason    text,
  constraint pk_refunds              primary key (id),
  constraint fk_refunds_payment      foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_refunds_company      foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_refunds_requester    foreign key (requested_by) references users (id) on delete restrict,
  constraint fk_refunds_confirmer    foreign key (confirmed_by) references users (id) on delete restrict,
  constraint fk_refunds_closer       foreign key (closed_by) references users (id) on delete restrict,
  constraint uq_refunds_reference_no unique (reference_no),
  constraint ck_refunds_source       check (source in ('ours', 'panel')),
  constraint ck_refunds_reference_no check (reference_no ~ '^[A-Za-z0-9]{1,64}$'),
  constraint ck_refunds_amount       check (amount_minor > 0),
  constraint ck_refunds_currency     check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_refunds_state        check (state in ('requested', 'sent', 'waiting', 'unknown', 'done', 'refused', 'withdrawn')),
  constraint ck_refunds_policy       check (policy in ('withdrawal', 'not_as_ordered', 'service_fault', 'goodwill', 'legal', 'other')),
  constraint ck_refunds_reason       check (length(reason) between 1 and 500 and length(close_reason) between 1 and 500),
  constraint ck_refunds_ours         check (source = 'panel' or (num_nulls(reference_no, policy, reason, ends_paid_time, requested_by) = 0)),
  constraint ck_refunds_panel        check (source = 'ours' or (state = 'done' and num_nonnulls(reference_no, requested_by, confirmed_by) = 0)),
  constraint ck_refunds_confirmed    check (source = 'panel' or state in ('requested', 'withdrawn')
    or (num_nulls(confirmed_by, confirmed_at, sent_at) = 0 and times_sent > 0)),
  constraint ck_refunds_decided      check ((state in ('done', 'refused', 'withdrawn')) = (decided_at is not null)),
  constraint ck_refunds_closed       check ((closed_by is null) = (close_reason is null) and (closed_by is null or state = 'refused'))
);
create index idx_refunds_payment on refunds (payment_id, id);
create index idx_refunds_company on refunds (company_id, id desc);
-- One at a time for a payment: the outcome of the one before says how much is left.
create unique index uq_refunds_open on refunds (payment_id) where state in ('requested', 'sent', 'waiting', 'unknown');
-- The work of the schedule.
create index idx_refunds_under_way on refunds (id) where state in ('sent', 'waiting', 'unknown');

-- What was asked for is final from the start, and all of it once it is decided. For one of the panel a person
-- still says once whether the paid time ends.
create function refuse_rewriting_refund() returns trigger
language plpgsql as $$
begin
  if (new.id, new.payment_id, new.company_id, new.source, new.reference_no, new.amount_minor, new.currency, new.requested_by,
      new.requested_at)
     is distinct from
     (old.id, old.payment_id, old.company_id, old.source, old.reference_no, old.amount_minor, old.currency, old.requested_by,
      old.requested_at)
     or (old.ends_paid_time is not null
         and (new.ends_paid_time, new.policy, new.reason) is distinct from (old.ends_paid_time, old.policy, old.reason))
     or (old.state in ('done', 'refused', 'withdrawn')
         and (new.state, new.confirmed_by, new.confirmed_at, new.sent_at, new.times_sent, new.gateway_code, new.gateway_message,
              new.gateway_date, new.decided_at, new.closed_by, new.close_reason)
             is distinct from
             (old.state, old.confirmed_by, old.confirmed_at, old.sent_at, old.times_sent, old.gateway_code, old.gateway_message,
              old.gateway_date, old.decided_at, old.closed_by, old.close_reason)) then
    raise exception 'a refund is kept as it was asked for and decided: update of row % refused', old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting before update on refunds
  for each row execute function refuse_rewriting_refund();
create trigger refuse_delete before delete on refunds
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on refunds
  for each statement execute function refuse_change();

-- One row holds the last number of a reversal given in a year, as invoice_counters does for invoices.
-- Owner: billing/reversals.
create table reversal_counters (
  year           integer not null,
  last_number    integer not null,
  last_issued_at timestamptz,
  constraint pk_reversal_counters primary key (year)
);

-- One row takes a part of an invoice, or all of it, back out of the books, for one refund. Append-only.
-- Owner: billing/reversals. Kept 10 years.
create table reversals (
  id           bigint       generated always as identity,
  refund_id    bigint       not null,
  invoice_id   bigint       not null,
  payment_id   bigint       not null,
  company_id   bigint       not null,
  year         integer      not null,
  number       integer      not null,
  -- What is printed; a series of its own.
  reversal_no  text         not null,
  issued_at    timestamptz  not null,
  currency     char(3)      not null,
  total_minor  bigint       not null,
  tax_minor    bigint       not null,
  -- Copied from the invoice, which never changes: a reversal is read without it.
  invoice_no   text         not null,
  plan         text         not null,
  period_start timestamptz  not null,
  period_end   timestamptz  not null,
  tax_percent  numeric(5,2) not null,
  buyer        jsonb        not null,
  seller       jsonb        not null,
  constraint pk_reversals         primary key (id),
  constraint fk_reversals_refund  foreign key (refund_id) references refunds (id) on delete restrict,
  constraint fk_reversals_invoice foreign key (invoice_id) references invoices (id) on delete restrict,
  constraint fk_reversals_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_reversals_company foreign key (company_id) references companies (id) on delete restrict,
  constraint uq_reversals_refund  unique (refund_id),
  constraint uq_reversals_number  unique (year, number),
  constraint uq_reversals_no      unique (reversal_no),
  constraint ck_reversals_total   check (total_minor > 0),
  constraint ck_reversals_tax     check (tax_minor between 0 and total_minor)
);
create index idx_reversals_invoice on reversals (invoice_id, id);
create index idx_reversals_company on reversals (company_id, issued_at desc, id desc);
create trigger refuse_change before update or delete on reversals
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on reversals
  for each statement execute function refuse_change();

-- One row is what an operator decided about a charge in review, or noted while it stays there. Append-only.
-- Owner: billing/review. Kept 10 years with its payment.
-- Personal data: note, decided_by.
create table payment_reviews (
  id            bigint      generated always as identity,
  payment_id    bigint      not null,
  company_id    bigint      not null,
  -- accepted: it counts as paid. returned: all of it was given back. noted: it stays in review.
  decision      text        not null,
  -- Why it was in review, as `payments.review_reason` said then.
  review_reason text        not null,
  note          text        not null,
  decided_by    bigint      not null,
  decided_at    timestamptz not null,
  constraint pk_payment_reviews         primary key (id),
  constraint fk_payment_reviews_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_payment_reviews_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_payment_reviews_decider foreign key (decided_by) references users (id) on delete restrict,
  constraint ck_payment_reviews_decision check (decision in ('accepted', 'returned', 'noted')),
  constraint ck_payment_reviews_note    check (length(note) between 1 and 500)
);
create index idx_payment_reviews_payment on payment_reviews (payment_id, id);
create trigger refuse_change before update or delete on payment_reviews
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on payment_reviews
  for each statement execute function refuse_change();

-- One row is what the gateway answered when an operator had it asked about a payment. Append-only.
-- Owner: billing/refunds. Kept 10 years with its payment.
-- Personal data: asked_by, facts (masked card).
create table payment_status_answers (
  id         bigint      generated always as identity,
  payment_id bigint      not null,
  company_id bigint      not null,
  asked_at   timestamptz not null,
  asked_by   bigint      not null,
  -- Whether the gateway knows a charge. Null: it gave no answer that says so.
  is_charged boolean,
  -- Amounts in minor units, currency, date, masked card, what was given back; or why there is no answer.
  facts      jsonb       not null,
  constraint pk_payment_status_answers         primary key (id),
  constraint fk_payment_status_answers_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_payment_status_answers_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_payment_status_answers_asker   foreign key (asked_by) references users (id) on delete restrict
);
create index idx_payment_status_answers_payment on payment_status_answers (payment_id, id desc);
create trigger refuse_change before update or delete on payment_status_answers
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on payment_status_answers
  for each statement execute function refuse_change();

-- A charge that was never activated and was given back whole leaves the review. The reason it was there for stays.
select lock_patiently('payments');
alter table payments drop constraint ck_payments_status;
alter table payments add constraint ck_payments_status
  check (status in ('pending', 'success', 'failed', 'expired', 'review', 'refused', 'refunded'));
alter table payments drop constraint ck_payments_review;
alter table payments add constraint ck_payments_review
  check ((status in ('review', 'refunded')) = (review_reason is not null));
drop trigger refuse_rewriting_paid on payments;
create trigger refuse_rewriting_paid before update on payments
  for each row when (old.status in ('success', 'refunded')) execute function refuse_rewriting_paid();
