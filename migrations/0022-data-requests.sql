-- What people ask about their own data: information, correction, erasure, objection (KVKK art. 11, GDPR arts. 15-21).

-- One row is one request. Its clock starts at the receipt and is 30 days long (KVKK art. 13); nobody can change it.
-- What was asked never changes, and what was answered never does once it is.
-- Owner: privacy. Kept at least 3 years, as the proof that it was answered; never deleted by the product.
create table data_requests (
  id              bigint      generated always as identity,
  kind            text        not null,
  -- How it came: by the form of the account, in writing, by registered e-mail (KEP), with an electronic signature,
  -- or from the e-mail address that we know.
  channel         text        not null,
  -- Null for somebody without an account.
  user_id         bigint,
  -- Null for operators and for people without an account.
  company_id      bigint,
  full_name       text        not null,
  -- The registered address, to which the answer goes.
  email           text        not null,
  locale          text        not null,
  -- In the person's words.
  words           text        not null,
  received_at     timestamptz not null,
  -- Set by the database when the row is made.
  due_at          timestamptz not null,
  -- The operator who entered it. Null when the person did.
  entered_by      bigint,
  -- How the identity was checked, by whom and when. All three null until it was.
  identity_check  text,
  identity_by     bigint,
  identity_at     timestamptz,
  -- When operators were told that it is due soon. Null until then.
  reminded_at     timestamptz,
  -- All five null until it is answered.
  decision        text,
  ground          text,
  -- What is kept, why and until when. Empty when nothing is.
  kept_words      text,
  answered_by     bigint,
  answered_at     timestamptz,
  -- The letter as it was sent.
  letter          text,
  constraint pk_data_requests          primary key (id),
  constraint fk_data_requests_user     foreign key (user_id) references users (id) on delete restrict,
  constraint fk_data_requests_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_data_requests_enterer  foreign key (entered_by) references users (id) on delete restrict,
  constraint fk_data_requests_checker  foreign key (identity_by) references users (id) on delete restrict,
  constraint fk_data_requests_answerer foreign key (answered_by) references users (id) on delete restrict,
  constraint ck_data_requests_kind     check (kind in ('information', 'correction', 'erasure', 'objection')),
  constraint ck_data_requests_channel  check (channel in ('form', 'written', 'kep', 'e-signature', 'registered-email')),
  constraint ck_data_requests_locale   check (locale in ('tr', 'en')),
  constraint ck_data_requests_words    check (length(words) between 1 and 4000 and length(full_name) between 1 and 100),
  constraint ck_data_requests_identity check (
    (identity_check is null) = (identity_by is null) and (identity_check is null) = (identity_at is null)),
  constraint ck_data_requests_decision check (decision in ('granted', 'partly', 'refused')),
  constraint ck_data_requests_answer   check (
    (decision is null) = (answered_at is null) and (decision is null) = (answered_by is null)
    and (decision is null) = (ground is null) and (decision is null) = (kept_words is null)
    and (decision is null) = (letter is null)),
  -- Nothing is answered to somebody whose identity nobody has checked.
  constraint ck_data_requests_checked  check (decision is null or identity_at is not null)
);
-- The desk: open requests by the day they are due, answered ones by their age.
create index idx_data_requests_open on data_requests (due_at, id) where answered_at is null;
create index idx_data_requests_answered on data_requests (answered_at desc, id desc) where answered_at is not null;
create index idx_data_requests_user on data_requests (user_id, id);

create function start_data_request_clock() returns trigger
language plpgsql as $$
begin
  if new.received_at > clock_timestamp() + interval '5 minutes' then
    raise exception 'a request is not received in the future' using errcode = 'check_violation';
  end if;
  new.due_at := new.received_at + interval '720 hours';
  return new;
end
$$;
create trigger start_clock before insert on data_requests
  for each row execute function start_data_request_clock();
create trigger refuse_rewriting before update on data_requests
  for each row when (
    (new.id, new.kind, new.channel, new.user_id, new.company_id, new.full_name, new.email, new.locale, new.words,
     new.received_at, new.due_at, new.entered_by)
    is distinct from
    (old.id, old.kind, old.channel, old.user_id, old.company_id, old.full_name, old.email, old.locale, old.words,
     old.received_at, old.due_at, old.entered_by)
    or old.identity_at is not null
      and (new.identity_check, new.identity_by, new.identity_at)
          is distinct from (old.identity_check, old.identity_by, old.identity_at)
    or old.answered_at is not null)
  execute function refuse_rewriting_final();
create trigger refuse_delete before delete on data_requests
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on data_requests
  for each statement execute function refuse_change();

-- One row is a note of an operator about a request. Append-only.
-- Owner: privacy. Kept with its request.
create table data_request_notes (
  id         bigint      generated always as identity,
  request_id bigint      not null,
  written_at timestamptz not null,
  written_by bigint      not null,
  words      text        not null,
  constraint pk_data_request_notes         primary key (id),
  constraint fk_data_request_notes_request foreign key (request_id) references data_requests (id) on delete restrict,
  constraint fk_data_request_notes_writer  foreign key (written_by) references users (id) on delete restrict,
  constraint ck_data_request_notes_words   check (length(words) between 1 and 4000)
);
create index idx_data_request_notes_request on data_request_notes (request_id, id);
create trigger refuse_change before update or delete on data_request_notes
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on data_request_notes
  for each statement execute function refuse_change();
