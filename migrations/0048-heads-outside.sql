-- What came of comparing the transparency log with its checkpoints that are kept elsewhere.

-- One row is a checkpoint found outside that does not fit the log here. While one has no resumption, no checkpoint is
-- published. Append-only.
-- Owner: transparency/heads. Kept for as long as the log.
create table log_halts (
  id        bigint      generated always as identity,
  halted_at timestamptz not null,
  found_in  text        not null,
  -- shorter: the log here ends before it. different: the log here has other leaves. unknown_log: there is no such log.
  verdict   text        not null,
  origin    text        not null,
  size      bigint      not null,
  -- Null when a witness told only the size.
  root      bytea,
  note      text,
  -- Size of the log here at the time; 0 without a log.
  own_size  bigint      not null,
  constraint pk_log_halts          primary key (id),
  constraint ck_log_halts_found_in check (found_in in ('file', 'mail', 'witness')),
  constraint ck_log_halts_verdict  check (verdict in ('shorter', 'different', 'unknown_log')),
  constraint ck_log_halts_root     check (octet_length(root) = 32)
);
create trigger refuse_change before update or delete on log_halts
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_halts
  for each statement execute function refuse_change();

-- One row is the decision to go on in spite of such a checkpoint, as after a restored backup. Append-only.
-- Owner: transparency/heads. Kept for as long as the log.
create table log_resumptions (
  halt_id    bigint      not null,
  resumed_at timestamptz not null,
  -- In the words of the person who decided.
  reason     text        not null,
  constraint pk_log_resumptions        primary key (halt_id),
  constraint fk_log_resumptions_halt   foreign key (halt_id) references log_halts (id) on delete restrict,
  constraint ck_log_resumptions_reason check (length(reason) between 10 and 2000)
);
create trigger refuse_change before update or delete on log_resumptions
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_resumptions
  for each statement execute function refuse_change();

-- One row is the signature of a witness under a checkpoint (C2SP tlog-cosignature). Append-only.
-- Owner: transparency/heads. Kept for as long as the log.
create table log_cosignatures (
  log_id      bigint      not null,
  size        bigint      not null,
  witness     text        not null,
  -- The line as it stands below the note, with its newline.
  line        text        not null,
  cosigned_at timestamptz not null,
  constraint pk_log_cosignatures            primary key (log_id, size, witness),
  constraint fk_log_cosignatures_checkpoint foreign key (log_id, size)
    references log_checkpoints (log_id, size) on delete restrict
);
create trigger refuse_change before update or delete on log_cosignatures
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_cosignatures
  for each statement execute function refuse_change();
