-- Cases of disputed payments, from a customer's complaint or the bank's notice to its decision.

-- One row is one objection to one payment, or to a part of it. The bank's reference is its key, in any order of
-- notices; a complaint that has not reached a bank has none.
-- Owner: disputes/cases. Kept 10 years with its payment.
-- Personal data: claim and note, the payer, and the operators who opened and closed it.
create table disputes (
  id            bigint      generated always as identity,
  company_id    bigint      not null,
  payment_id    bigint      not null,
  -- The person who started the payment.
  user_id       bigint      not null,
  -- warned: nobody has taken money yet. needs_response: the bank waits for an answer. frozen: the package is fixed.
  -- sent: the answer is on its way. under_review: the bank has it. won, lost, accepted and expired end a case.
  state         text        not null,
  -- 2: the bank came back after a decision or an answer.
  round         integer     not null default 1,
  reference     text,
  -- Who told of it first.
  source        text        not null,
  network       text,
  reason_code   text,
  -- What the customer says, in the words of the notice or of the person.
  claim         text,
  -- The disputed part of the charge; null until the bank has told.
  amount_minor  bigint,
  currency      char(3),
  received_at   timestamptz not null,
  -- The end of the last day for an answer; null where none is known, and once an answer was sent.
  answer_by     timestamptz,
  -- Days of the dispute at the network, as the notice gives them.
  submitted_on  date,
  processed_on  date,
  opened_at     timestamptz not null,
  -- Null: by the link of a mail.
  opened_by     bigint,
  -- The deadline of the newest reminder, and how many hours before it the reminder came.
  reminded_for   timestamptz,
  reminded_hours integer,
  -- What the bank or the gateway keeps for the case itself.
  fee_minor     bigint,
  -- The part of the disputed amount that is lost; null until a decision.
  lost_minor    bigint,
  closed_at     timestamptz,
  closed_by     bigint,
  note          text,
  -- An accepted case that is settled by this refund: when it fails, the case opens again.
  refund_id     bigint,
  state_before_refund text,
  constraint pk_disputes            primary key (id),
  constraint fk_disputes_company    foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_disputes_payment    foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_disputes_payer      foreign key (user_id) references users (id) on delete restrict,
  constraint fk_disputes_opener     foreign key (opened_by) references users (id) on delete restrict,
  constraint fk_disputes_closer     foreign key (closed_by) references users (id) on delete restrict,
  constraint fk_disputes_refund     foreign key (refund_id) references refunds (id) on delete restrict,
  constraint ck_disputes_state      check (state in ('warned', 'needs_response', 'frozen', 'sent', 'under_review', 'won', 'lost', 'accepted', 'expired')),
  constraint ck_disputes_source     check (source in ('bank', 'inquiry', 'alert', 'customer', 'statement')),
  constraint ck_disputes_round      check (round in (1, 2)),
  constraint ck_disputes_network    check (network in ('visa', 'mastercard', 'amex', 'troy', 'other')),
  constraint ck_disputes_reference  check (reference ~ '^[A-Za-z0-9][A-Za-z0-9./_-]{0,63}$'),
  constraint ck_disputes_code       check (reason_code ~ '^[A-Z0-9][A-Z0-9._-]{0,31}$'),
  constraint ck_disputes_words      check (length(claim) between 1 and 2000 and length(note) between 1 and 2000),
  constraint ck_disputes_amount     check (amount_minor > 0 and (amount_minor is null) = (currency is null)),
  constraint ck_disputes_currency   check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_disputes_fee        check (fee_minor >= 0),
  constraint ck_disputes_lost       check (lost_minor >= 0),
  constraint ck_disputes_closed     check ((state in ('won', 'lost', 'accepted', 'expired')) = (closed_at is not null)),
  constraint ck_disputes_deadline   check (answer_by is null or state in ('warned', 'needs_response', 'frozen', 'accepted', 'expired')),
  constraint ck_disputes_refund     check ((refund_id is null) = (state_before_refund is null))
);
create unique index uq_disputes_reference on disputes (upper(reference));
create index idx_disputes_payment on disputes (payment_id, id);
create index idx_disputes_company on disputes (company_id, id desc);
create index idx_disputes_user on disputes (user_id);
-- The desk: by urgency, and what is over by its end.
create index idx_disputes_open on disputes (answer_by, id) where closed_at is null;
create index idx_disputes_closed on disputes (closed_at desc, id desc) where closed_at is not null;
create index idx_disputes_refund on disputes (refund_id) where refund_id is not null;

create function refuse_rewriting_dispute() returns trigger
language plpgsql as $$
begin
  if (new.id, new.company_id, new.payment_id, new.user_id, new.source, new.opened_at, new.opened_by)
     is distinct from
     (old.id, old.company_id, old.payment_id, old.user_id, old.source, old.opened_at, old.opened_by)
     or (old.reference is not null and new.reference is distinct from old.reference) then
    raise exception 'a case keeps its payment, its reference and its beginning: update of row % refused', old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting before update on disputes
  for each row execute function refuse_rewriting_dispute();
create trigger refuse_delete before delete on disputes
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on disputes
  for each statement execute function refuse_change();

-- One row is the answer of a round: networks take one. Append-only.
-- Owner: disputes/cases. Kept 10 years.
create table dispute_answers (
  id         bigint      generated always as identity,
  dispute_id bigint      not null,
  company_id bigint      not null,
  round      integer     not null,
  -- The fixed package, whose bytes are kept.
  package_id bigint      not null,
  sent_at    timestamptz not null,
  sent_by    bigint      not null,
  -- By what it was handed over, and to whom, in the operator's words.
  channel    text        not null,
  sent_to    text,
  constraint pk_dispute_answers         primary key (id),
  constraint uq_dispute_answers_round   unique (dispute_id, round),
  constraint fk_dispute_answers_dispute foreign key (dispute_id) references disputes (id) on delete restrict,
  constraint fk_dispute_answers_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_dispute_answers_sender  foreign key (sent_by) references users (id) on delete restrict,
  constraint ck_dispute_answers_channel check (channel in ('panel', 'mail', 'kep', 'other')),
  constraint ck_dispute_answers_sent_to check (length(sent_to) between 1 and 200)
);
create trigger refuse_change before update or delete on dispute_answers
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on dispute_answers
  for each statement execute function refuse_change();

-- A case places and releases its hold itself, also when it was opened by the link of a mail.
alter table legal_holds alter column placed_by drop not null;
alter table legal_holds drop constraint ck_legal_holds_release;
alter table legal_holds add column dispute_id bigint;
alter table legal_holds
  add constraint fk_legal_holds_dispute foreign key (dispute_id) references disputes (id) on delete restrict,
  add constraint ck_legal_holds_placer check (placed_by is not null or dispute_id is not null),
  add constraint ck_legal_holds_release
    check ((released_at is null) = (release_note is null)
      and (released_by is null or released_at is not null)
      and (released_at is null or released_by is not null or dispute_id is not null));
create unique index uq_legal_holds_dispute on legal_holds (dispute_id) where released_at is null;

create or replace function refuse_rewriting_hold() returns trigger
language plpgsql as $$
begin
  if old.released_at is not null then
    raise exception 'a released hold stays as it is: update refused' using errcode = 'insufficient_privilege';
  end if;
  if (new.id, new.company_id, new.user_id, new.kind, new.reference, new.reason, new.placed_at, new.placed_by, new.dispute_id)
     is distinct from
     (old.id, old.company_id, old.user_id, old.kind, old.reference, old.reason, old.placed_at, old.placed_by, old.dispute_id) then
    raise exception 'a hold is kept as it was placed: update refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
