-- The evidence as a log that strangers can verify: one append-only Merkle tree (RFC 6962) for each company and
-- one for the platform. Three steps fill it. sequence: a row of evidence gets the next index. integrate: its hash
-- goes into the tiles of the tree. publish: the root is signed. src/transparency/README.md has the exact bytes.

-- One row is a log: of a company, or of the platform (company_id null). A company has one for life.
-- Owner: transparency. Kept for good.
create table transparency_logs (
  id          bigint      generated always as identity,
  -- Stands in the origin of its checkpoints and in its public address.
  log_uuid    uuid        not null default gen_random_uuid(),
  company_id  bigint,
  created_at  timestamptz not null,
  -- The next index to give: leaves 0 to sequenced - 1 exist.
  sequenced   bigint      not null default 0,
  -- So many leaves are in the tiles.
  integrated  bigint      not null default 0,
  -- Size of the newest signed checkpoint.
  published   bigint      not null default 0,
  constraint pk_transparency_logs         primary key (id),
  constraint uq_transparency_logs_uuid    unique (log_uuid),
  constraint uq_transparency_logs_company unique nulls not distinct (company_id),
  constraint fk_transparency_logs_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_transparency_logs_steps   check (0 <= published and published <= integrated and integrated <= sequenced)
);
create index idx_transparency_logs_behind on transparency_logs (id) where published < sequenced;

create function refuse_shrinking_log() returns trigger
language plpgsql as $$
begin
  raise exception 'log % only grows: update refused', old.log_uuid using errcode = 'insufficient_privilege';
end
$$;
create trigger refuse_shrinking before update on transparency_logs
  for each row when (
    (new.id, new.log_uuid, new.created_at) is distinct from (old.id, old.log_uuid, old.created_at)
    or new.company_id is distinct from old.company_id
    or new.sequenced < old.sequenced or new.integrated < old.integrated or new.published < old.published
  ) execute function refuse_shrinking_log();
create trigger refuse_delete before delete on transparency_logs
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on transparency_logs
  for each statement execute function refuse_change();

-- One row is a leaf: the index that a row of evidence has in its log. Append-only.
-- Owner: transparency. Kept for good, also when the row itself has been dropped by retention. No foreign key: a
-- check for each of a million rows would cost as much as all the rest, and the sequencer holds the log's row.
create table log_leaves (
  log_id     bigint not null,
  leaf_index bigint not null,
  -- What the row is: audit_log, workspace_session, invoice and so on.
  type       text   collate "C" not null,
  -- Its id in its own table.
  record_id  bigint not null,
  -- SHA-256(0x00 || leaf text), RFC 6962 section 2.1.
  leaf_hash  bytea  not null,
  constraint pk_log_leaves        primary key (log_id, leaf_index),
  constraint uq_log_leaves_record unique (type, record_id),
  constraint ck_log_leaves_index  check (leaf_index >= 0),
  constraint ck_log_leaves_hash   check (octet_length(leaf_hash) = 32)
);
create trigger refuse_change before update or delete on log_leaves
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_leaves
  for each statement execute function refuse_change();

-- One row is a tile: up to 256 hashes of subtrees of 256^level leaves each (C2SP tlog-tiles). The last tile of a
-- level grows at its end.
-- Owner: transparency. Kept for good: 32 bytes for each row of evidence that ever was.
create table log_tiles (
  log_id     bigint   not null,
  level      smallint not null,
  tile_index bigint   not null,
  hashes     bytea    not null,
  constraint pk_log_tiles        primary key (log_id, level, tile_index),
  constraint ck_log_tiles_hashes check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0)
);
-- Hashes cannot be compressed.
alter table log_tiles alter column hashes set storage external;
create function refuse_rewriting_tile() returns trigger
language plpgsql as $$
begin
  raise exception 'a tile only grows at its end: update refused' using errcode = 'insufficient_privilege';
end
$$;
create trigger refuse_rewriting before update on log_tiles
  for each row when (
    (new.log_id, new.level, new.tile_index) is distinct from (old.log_id, old.level, old.tile_index)
    or substring(new.hashes from 1 for octet_length(old.hashes)) is distinct from old.hashes
  ) execute function refuse_rewriting_tile();
create trigger refuse_delete before delete on log_tiles
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_tiles
  for each statement execute function refuse_change();

-- One row is a signed checkpoint (C2SP tlog-checkpoint): origin, size and root, as a note. Append-only.
-- Owner: transparency. Kept for good.
create table log_checkpoints (
  log_id       bigint      not null,
  size         bigint      not null,
  root         bytea       not null,
  note         text        not null,
  published_at timestamptz not null,
  constraint pk_log_checkpoints      primary key (log_id, size),
  constraint ck_log_checkpoints_root check (octet_length(root) = 32),
  constraint ck_log_checkpoints_size check (size >= 0)
);
create trigger refuse_change before update or delete on log_checkpoints
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_checkpoints
  for each statement execute function refuse_change();

-- One row is a secret from which the salts of leaves are made: of a person, of a company for rows that name no
-- person, or of the platform (both null). To destroy a person's key makes the digests in the leaves unguessable.
-- Owner: transparency. Kept until the person is erased.
create table log_keys (
  user_id    bigint,
  company_id bigint,
  key        bytea       not null,
  created_at timestamptz not null,
  constraint uq_log_keys_holder unique nulls not distinct (user_id, company_id),
  constraint fk_log_keys_user    foreign key (user_id) references users (id) on delete restrict,
  constraint fk_log_keys_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_log_keys_holder  check (user_id is null or company_id is null),
  constraint ck_log_keys_key     check (octet_length(key) = 32)
);
create index idx_log_keys_company on log_keys (company_id) where company_id is not null;
create trigger refuse_rewriting before update on log_keys
  for each row execute function refuse_change();
-- Without the key the person's leaves can no longer be made: only the operation that keeps their texts before may
-- delete it, and says so in its transaction.
create trigger refuse_delete before delete on log_keys
  for each row when (current_setting('youarecoder.erased_person', true) is distinct from old.user_id::text)
  execute function refuse_change();
create trigger refuse_truncate before truncate on log_keys
  for each statement execute function refuse_change();

-- One row is something that the log itself has to say, which becomes a leaf: a key was changed, a company's newest
-- checkpoint (in the platform's log), a month was dropped by retention. Append-only.
-- Owner: transparency. Kept for good.
create table log_entries (
  id         bigint      generated always as identity,
  company_id bigint,
  at         timestamptz not null,
  -- The bytes that are hashed: `json` keeps them as they are.
  entry      json        not null,
  constraint pk_log_entries         primary key (id),
  constraint fk_log_entries_company foreign key (company_id) references companies (id) on delete restrict
);
create index idx_log_entries_company on log_entries (company_id);
-- The checkpoints of one company.
create index idx_log_entries_origin on log_entries ((entry ->> 'origin'), id);
create trigger refuse_change before update or delete on log_entries
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_entries
  for each statement execute function refuse_change();

-- One row is the text of a leaf whose row or key is going to be erased: digests and what is not personal. It still
-- hashes to the leaf. Append-only.
-- Owner: transparency. Kept for good.
create table log_kept_leaves (
  log_id     bigint not null,
  leaf_index bigint not null,
  leaf       text   not null,
  constraint pk_log_kept_leaves primary key (log_id, leaf_index)
);
create trigger refuse_change before update or delete on log_kept_leaves
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on log_kept_leaves
  for each statement execute function refuse_change();

-- One row is how far the rows of one table have been looked through.
-- 1. Every row with an id up to settled_to has its leaf, or never came to be.
-- 2. An id is given before its transaction commits, so that rows appear out of order. fence_to is an id that had
--    been given at fence_at; fence_transactions are those that were open then. When none of them is open any more,
--    one more look settles everything up to fence_to.
-- Owner: transparency.
create table log_cursors (
  type               text        collate "C" not null,
  settled_to         bigint      not null default 0,
  fence_to           bigint,
  fence_transactions text[],
  constraint pk_log_cursors       primary key (type),
  constraint ck_log_cursors_fence check ((fence_to is null) = (fence_transactions is null))
);

-- The sequencer reads new rows in the order of their ids. They rise, so that the index grows at its end.
select lock_patiently('audit_logs');
create index idx_audit_logs_id on audit_logs (id);
