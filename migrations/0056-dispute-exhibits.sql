-- Files of a disputed payment's case: the bank's notice, screenshots, documents, mails from and to the customer.

-- One row is one file as it may be shown to a bank. It is never deleted, only withdrawn, and its bytes never change.
-- Owner: disputes/exhibits. Kept 10 years with its case.
-- Personal data: whatever the file, its name and its description tell; the operators who added and withdrew it.
create table dispute_exhibits (
  id               bigint      generated always as identity,
  dispute_id       bigint      not null,
  company_id       bigint      not null,
  -- The first round whose answer may contain it; 3 is after the last one.
  round            integer     not null,
  kind             text        not null,
  -- The name under which it came. It is shown, and names no file.
  name             text        not null,
  -- What can be seen in it, in an operator's words.
  description      text        not null,
  -- What it proves, by the tags of the pieces of a defence (disputes/defences/proof-tags.ts).
  proves           text        not null,
  -- By content. A picture is stored as it was rebuilt from its pixels; a document and a mail as they came.
  file_kind        text        not null,
  content          bytea       not null,
  bytes            integer     generated always as (octet_length(content)) stored,
  sha256           text        generated always as (encode(sha256(content), 'hex')) stored,
  -- SHA-256 of the file as it came.
  received_sha256  text        not null,
  width            integer,
  height           integer,
  pages            integer,
  -- The text of a mail, up to a bound, to be read without opening it.
  text             text,
  -- The mail of the outbox that it is a copy of.
  mail_id          bigint,
  added_at         timestamptz not null,
  added_by         bigint      not null,
  withdrawn_at     timestamptz,
  withdrawn_by     bigint,
  withdrawn_reason text,
  constraint pk_dispute_exhibits             primary key (id),
  constraint fk_dispute_exhibits_dispute     foreign key (dispute_id) references disputes (id) on delete restrict,
  constraint fk_dispute_exhibits_company     foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_dispute_exhibits_mail        foreign key (mail_id) references mails (id) on delete restrict,
  constraint fk_dispute_exhibits_adder       foreign key (added_by) references users (id) on delete restrict,
  constraint fk_dispute_exhibits_withdrawer  foreign key (withdrawn_by) references users (id) on delete restrict,
  constraint ck_dispute_exhibits_round       check (round between 1 and 3),
  constraint ck_dispute_exhibits_kind        check (kind in ('notice', 'screenshot', 'document', 'customer-answer', 'customer-mail')),
  constraint ck_dispute_exhibits_mail        check ((kind = 'customer-mail') = (mail_id is not null)),
  constraint ck_dispute_exhibits_file_kind   check (file_kind in ('png', 'jpeg', 'pdf', 'eml')),
  constraint ck_dispute_exhibits_size        check (octet_length(content) between 1 and 33554432),
  constraint ck_dispute_exhibits_words       check (length(name) between 1 and 200 and length(description) between 1 and 500),
  constraint ck_dispute_exhibits_proves      check (proves ~ '^[a-z_]{1,40}$'),
  constraint ck_dispute_exhibits_received    check (received_sha256 ~ '^[0-9a-f]{64}$'),
  constraint ck_dispute_exhibits_withdrawal  check (num_nonnulls(withdrawn_at, withdrawn_by, withdrawn_reason) in (0, 3)),
  constraint ck_dispute_exhibits_reason      check (length(withdrawn_reason) between 1 and 500)
);
create index idx_dispute_exhibits_dispute on dispute_exhibits (dispute_id, id);

create trigger refuse_rewriting before update on dispute_exhibits
  for each row when (
    (new.id, new.dispute_id, new.company_id, new.round, new.kind, new.name, new.description, new.proves, new.file_kind,
     new.content, new.received_sha256, new.width, new.height, new.pages, new.text, new.mail_id, new.added_at, new.added_by)
    is distinct from
    (old.id, old.dispute_id, old.company_id, old.round, old.kind, old.name, old.description, old.proves, old.file_kind,
     old.content, old.received_sha256, old.width, old.height, old.pages, old.text, old.mail_id, old.added_at, old.added_by)
    or old.withdrawn_at is not null)
  execute function refuse_change();
create trigger refuse_delete before delete on dispute_exhibits
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on dispute_exhibits
  for each statement execute function refuse_change();
