import type { Knex } from 'knex';

/** A log as others see it. */
export interface LogRow {
  id: number;
  log_uuid: string;
  company_id: number | null;
  created_at: Date;
  sequenced: number;
  integrated: number;
  published: number;
}

/** A signed checkpoint. */
export interface CheckpointRow {
  log_id: number;
  size: number;
  root: Buffer;
  note: string;
  published_at: Date;
}

/** The columns of `LogRow`. */
export const logColumns = [
  'id',
  'log_uuid',
  'company_id',
  'created_at',
  'sequenced',
  'integrated',
  'published',
] as const;

/** The columns of `CheckpointRow`. */
export const checkpointColumns = ['log_id', 'size', 'root', 'note', 'published_at'] as const;

/** The log of a company, or the platform's (null). Undefined before its first leaf. */
export async function findLog(db: Knex, companyId: number | null): Promise<LogRow | undefined> {
  return db('transparency_logs')
    .whereRaw('company_id is not distinct from ?::bigint', [companyId])
    .first<LogRow | undefined>(logColumns);
}

/** A log's public name, which stands in its origin and its address. */
export const LOG_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The log with that public name. */
export async function findLogByUuid(db: Knex, uuid: string): Promise<LogRow | undefined> {
  return db('transparency_logs').where({ log_uuid: uuid }).first<LogRow | undefined>(logColumns);
}

/** The newest checkpoint of a log. Undefined before the first. */
export async function findNewestCheckpoint(db: Knex, logId: number): Promise<CheckpointRow | undefined> {
  return db('log_checkpoints')
    .where({ log_id: logId })
    .orderBy('size', 'desc')
    .first<CheckpointRow | undefined>(checkpointColumns);
}

/** The log of a company, or the platform's (null), and its newest checkpoint. Undefined before the first. */
export async function findHead(
  db: Knex,
  companyId: number | null,
): Promise<{ log: LogRow; newest: CheckpointRow } | undefined> {
  const log = await findLog(db, companyId);
  const newest = log === undefined ? undefined : await findNewestCheckpoint(db, log.id);
  return log === undefined || newest === undefined ? undefined : { log, newest };
}

/** The hashes of one tile as far as it has grown. Undefined when there is none. */
export async function findTile(
  db: Knex,
  tile: { logId: number; level: number; index: number },
): Promise<Buffer | undefined> {
  const row = await db('log_tiles')
    .where({ log_id: tile.logId, level: tile.level, tile_index: tile.index })
    .first<{ hashes: Buffer } | undefined>('hashes');
  return row?.hashes;
}

/** Whether no checkpoint may be published, since one that was found outside does not fit the log here. */
export async function isPublishingHalted(db: Knex): Promise<boolean> {
  const open = await db('log_halts')
    .whereNotExists(
      db('log_resumptions').whereRaw('log_resumptions.halt_id = log_halts.id').select(db.raw('1')),
    )
    .first<{ id: number } | undefined>('id');
  return open !== undefined;
}

/** The checkpoint of a log at that size. */
export async function findCheckpoint(
  db: Knex,
  { logId, size }: { logId: number; size: number },
): Promise<CheckpointRow | undefined> {
  return db('log_checkpoints')
    .where({ log_id: logId, size })
    .first<CheckpointRow | undefined>(checkpointColumns);
}

/** The size of the first checkpoint of a log. Undefined before it. */
export async function findOldestSize(db: Knex, logId: number): Promise<number | undefined> {
  const first = await db('log_checkpoints')
    .where({ log_id: logId })
    .min<{ size: number | null }[]>('size as size');
  return first[0]?.size ?? undefined;
}

/** Whether texts of leaves were kept in that log, since somebody was erased. */
export async function hasKeptLeaves(db: Knex, logId: number): Promise<boolean> {
  const kept = await db('log_kept_leaves')
    .where({ log_id: logId })
    .first<{ leaf_index: number } | undefined>('leaf_index');
  return kept !== undefined;
}

/** A check of every log, as far as it is about one of them. */
interface CheckRow {
  started_at: Date;
  fault_count: number;
}

/** The newest check, with the faults of the log of that origin. Undefined before the first. */
export async function findNewestCheck(db: Knex, origin: string): Promise<CheckRow | undefined> {
  return db('log_checks')
    .orderBy('id', 'desc')
    .first<CheckRow | undefined>(
      'started_at',
      db.raw(
        `(select count(*) from jsonb_array_elements(faults) as fault where fault ->> 'origin' = ?) as fault_count`,
        [origin],
      ),
    );
}
