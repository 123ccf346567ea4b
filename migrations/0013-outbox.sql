-- The outbox: every mail of the product, what became of it, and in whose words.

-- One row is one mail to one address, written in the transaction of what caused it. The content never changes;
-- only what became of it does.
-- Owner: mail. Kept as long as the evidence that it belongs to.
create table mails (
  id               bigint      generated always as identity,
  created_at       timestamptz not null,
  -- Null for a mail that concerns no company, such as one to an operator.
  company_id       bigint,
  -- The account that had the address when the mail was written. Null for somebody who was invited.
  user_id          bigint,
  recipient        text        not null,
  locale           text        not null,
  template         text        not null,
  template_version integer     not null,
  subject          text        not null,
  message_id       text        not null,
  -- Given to mail servers with the message and shown to nobody: a delivery report that names it is no invention.
  envelope_id      text        not null,
  -- What the mail is about: a payment, an invitation.
  cause_type       text        not null,
  cause_id         text        not null,
  -- The bytes of the message (RFC 5322), in which links with secrets are replaced by a note.
  kept             bytea       not null,
  kept_sha256      text        not null,
  -- Of the bytes that are sent. Differs from the other hash when the message has a secret.
  sent_sha256      text        not null,
  -- The bytes with the secret, until the mail server has them or nobody will send them any more. Always null
  -- when the message has no secret: the kept bytes are sent then.
  with_secret      bytea,
  -- A link in the message is good until then. The mail is not sent later. Null: no limit.
  useful_until     timestamptz,
  -- Words of RFC 3464 where it has one:
  -- 'kept'       no mail server is configured: the mail is read in the product
  -- 'queued'     waits for its first try
  -- 'sending'    a process is handing it over
  -- 'delayed'    a try failed, another follows
  -- 'relayed'    the mail server has taken it
  -- 'delivered'  the recipient's server has reported that it is in the mailbox
  -- 'failed'     refused for good, or given up
  -- 'uncertain'  the process or the connection ended before the server answered: never sent again by itself
  state            text        not null,
  tries            integer     not null default 0,
  -- When the mail was written, or an operator asked for it again: it is given up so many days after.
  queued_at        timestamptz not null,
  -- When the next try is due. Null unless queued or delayed.
  next_try_at      timestamptz,
  -- When the try in progress began. Null unless sending.
  sending_since    timestamptz,
  constraint pk_mails            primary key (id),
  constraint uq_mails_message_id unique (message_id),
  constraint uq_mails_envelope_id unique (envelope_id),
  constraint fk_mails_company    foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_mails_user       foreign key (user_id) references users (id) on delete restrict,
  constraint ck_mails_state      check (state in (
    'kept', 'queued', 'sending', 'delayed', 'relayed', 'delivered', 'failed', 'uncertain'
  )),
  constraint ck_mails_next_try   check ((next_try_at is not null) = (state in ('queued', 'delayed'))),
  constraint ck_mails_sending    check ((sending_since is not null) = (state = 'sending')),
  constraint ck_mails_secret     check (with_secret is null or state in ('queued', 'sending', 'delayed')),
  constraint ck_mails_hashes     check (kept_sha256 ~ '^[0-9a-f]{64}$' and sent_sha256 ~ '^[0-9a-f]{64}$')
);
-- What a sender looks for every few seconds.
create index idx_mails_due on mails (next_try_at) where state in ('queued', 'delayed');
create index idx_mails_sending on mails (sending_since) where state = 'sending';
-- The list of a company's mails, newest first. Operators read theirs by the primary key.
create index idx_mails_company on mails (company_id, id);
-- The mail about an invitation.
create index idx_mails_cause on mails (cause_type, cause_id);
-- The count of mails that somebody should look at.
create index idx_mails_trouble on mails (created_at) where state in ('failed', 'uncertain', 'delayed');

create trigger refuse_rewriting before update on mails
  for each row when (
    (new.id, new.created_at, new.company_id, new.user_id, new.recipient, new.locale, new.template, new.template_version,
     new.subject, new.message_id, new.envelope_id, new.cause_type, new.cause_id, new.kept, new.kept_sha256, new.sent_sha256, new.useful_until)
    is distinct from
    (old.id, old.created_at, old.company_id, old.user_id, old.recipient, old.locale, old.template, old.template_version,
     old.subject, old.message_id, old.envelope_id, old.cause_type, old.cause_id, old.kept, old.kept_sha256, old.sent_sha256, old.useful_until)
    or new.with_secret is not null and new.with_secret is distinct from old.with_secret)
  execute function refuse_rewriting_final();
create trigger refuse_delete before delete on mails
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on mails
  for each statement execute function refuse_change();

-- One row is one thing that became of a mail: a try with the server's own words, or a report that came back.
-- Append-only.
-- Owner: mail. Kept with its mail.
create table mail_events (
  id      bigint      generated always as identity,
  mail_id bigint      not null,
  at      timestamptz not null,
  -- The news of it, as a state.
  state   text        not null,
  -- Who brought the news: 'hand-over' the mail server that took or refused it, 'report' a delivery report that
  -- came back as a mail, 'person' an operator, 'outbox' ourselves.
  source  text        not null,
  -- Number of the try it belongs to; 0 before the first.
  try     integer     not null,
  -- The server that answered or reported. Null when none did.
  server  text,
  -- Its words, or ours when it said none.
  answer  text        not null,
  -- The operator who asked for another try. Null otherwise.
  user_id bigint,
  constraint pk_mail_events       primary key (id),
  constraint ck_mail_events_source check (source in ('hand-over', 'report', 'person', 'outbox')),
  constraint fk_mail_events_mail  foreign key (mail_id) references mails (id) on delete restrict,
  constraint fk_mail_events_user  foreign key (user_id) references users (id) on delete restrict
);
create index idx_mail_events_mail on mail_events (mail_id, id);
create trigger refuse_change before update or delete on mail_events
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on mail_events
  for each statement execute function refuse_change();
