-- Time stamps of others over the heads of the transparency log and over packages.

-- One row is a question to a time stamp authority (RFC 3161) and what came of it. Append-only: a new try is a new row.
-- Owner: transparency/heads. Kept for as long as the log. Holds no personal data.
create table log_stamps (
  id             bigint      generated always as identity,
  -- platform_checkpoint: a head of the platform's log. package: the bytes of a package that goes to somebody.
  subject        text        not null,
  -- The signed note as it was stamped, with all its signatures. Null for a package.
  checkpoint     text,
  -- SHA-256 of the note or package: what the question holds.
  digest         bytea       not null,
  -- Host of the address that was asked; the address itself may hold a password.
  asked_host     text        not null,
  -- Questions to several authorities, one after the other, have the same time.
  asked_at       timestamptz not null,
  -- In DER, as sent and as it came. No reply: none came, or what came was no answer of a time stamp authority.
  query          bytea       not null,
  reply          bytea,
  -- verified: a stamp. refused: a reply that is no stamp. no_answer: no reply.
  verdict        text        not null,
  -- Why it is none.
  problem        text,
  -- Common name of the certificate that signed, the stamp's number and time, and the certificates up to the pinned
  -- root in PEM.
  authority      text,
  serial         text,
  generated_at   timestamptz,
  chain          text,
  -- Whether the authority counts as somebody else than us: transparency/heads/stamps/obtain-stamp.ts decides.
  is_independent boolean     not null,
  constraint pk_log_stamps            primary key (id),
  constraint ck_log_stamps_subject    check (subject in ('platform_checkpoint', 'package')),
  constraint ck_log_stamps_checkpoint check ((checkpoint is not null) = (subject = 'platform_checkpoint')),
  constraint ck_log_stamps_digest     check (octet_length(digest) = 32
                                             and (checkpoint is null or digest = sha256(convert_to(checkpoint, 'UTF8')))),
  constraint ck_log_stamps_verdict    check (verdict in ('verified', 'refused', 'no_answer')),
  constraint ck_log_stamps_reply      check ((reply is null) = (verdict = 'no_answer')),
  constraint ck_log_stamps_problem    check ((problem is null) = (verdict = 'verified')),
  constraint ck_log_stamps_stamp      check (num_nulls(authority, serial, generated_at, chain)
                                             = case when verdict = 'verified' then 0 else 4 end),
  constraint ck_log_stamps_independent check (verdict = 'verified' or not is_independent)
);
-- The tries for a digest, and the newest of a subject.
create index idx_log_stamps_digest on log_stamps (digest, asked_at);
create index idx_log_stamps_subject on log_stamps (subject, verdict, asked_at desc);

create trigger refuse_change before update or delete on log_stamps
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_stamps
  for each statement execute function refuse_change();
