import type { Knex } from 'knex';
import { hashLeaves } from '../leaves/hash-leaves.ts';
import type { LeafRecord } from '../leaves/leaf.ts';
import { findSalts } from './log-keys.ts';

/** A log that the transaction has locked. */
interface LockedLog {
  id: number;
  company_id: number | null;
  sequenced: number;
}

/** A record gets its leaf from somebody else at this moment. Nothing is wrong: the other one does it. */
export class Overtaken extends Error {}

/** Records with the hashes of their leaves, in the same order. */
interface HashedRecords {
  records: readonly LeafRecord[];
  hashes: readonly (Buffer | null)[];
}

/** The hashes of the leaves of some records, by the keys of those whom they name; a missing key is made. */
export async function hashRecords(
  trx: Knex.Transaction,
  at: Date,
  records: readonly LeafRecord[],
): Promise<HashedRecords> {
  const hashes = records.length === 0 ? [] : await hashLeaves(records, await findSalts(trx, at, records));
  return { records, hashes };
}

/**
 * Gives each record the next index of its log, in the order of the list, as part of the caller's transaction.
 * The logs' rows are locked, so that indices are contiguous however many processes sequence. A company
 * without a log gets one. Throws `Overtaken`, upon which the transaction must end.
 */
export async function appendLeaves(
  trx: Knex.Transaction,
  at: Date,
  { records, hashes }: HashedRecords,
): Promise<void> {
  if (records.length === 0) return;
  const logs = await lockLogs(trx, at, new Set(records.map(({ company }) => company)));
  const columns: [number[], number[], string[], number[], (Buffer | null)[]] = [[], [], [], [], []];
  for (const [place, record] of records.entries()) {
    const log = logs.get(record.company);
    if (log === undefined) throw new Error('Bug! a leaf without a log');
    columns[0].push(log.id);
    columns[1].push(log.sequenced);
    columns[2].push(record.type);
    columns[3].push(record.id);
    columns[4].push(hashes[place] ?? null);
    log.sequenced += 1;
  }
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `insert into log_leaves (log_id, leaf_index, type, record_id, leaf_hash)
     select * from unnest(?::bigint[], ?::bigint[], ?::text[], ?::bigint[], ?::bytea[])
     on conflict on constraint uq_log_leaves_record do nothing`,
    columns as unknown as Knex.RawBinding[],
  );
  if (rowCount !== records.length) throw new Overtaken('another process has made some of these leaves');
  const all = [...logs.values()];
  await trx.raw(
    `update transparency_logs set sequenced = grown.sequenced
     from unnest(?::bigint[], ?::bigint[]) as grown(id, sequenced) where transparency_logs.id = grown.id`,
    [all.map(({ id }) => id), all.map(({ sequenced }) => sequenced)],
  );
}

/** Locks in the order of ids, so that two that lock the same logs cannot block each other for good. */
async function lockLogs(
  trx: Knex.Transaction,
  at: Date,
  companies: Set<number | null>,
): Promise<Map<number | null, LockedLog>> {
  const ids = [...companies].filter((company) => company !== null);
  const wanted = (query: Knex.QueryBuilder): void => {
    void query.whereRaw('company_id = any(?::bigint[])', [ids]);
    if (companies.has(null)) void query.orWhereNull('company_id');
  };
  const known = await trx('transparency_logs').where(wanted).pluck<(number | null)[]>('company_id');
  const missing = [...companies].filter((company) => !known.includes(company));
  if (missing.length > 0)
    await trx('transparency_logs')
      .insert(missing.map((company_id) => ({ company_id, created_at: at })))
      .onConflict('company_id')
      .ignore();
  const logs = await trx('transparency_logs')
    .where(wanted)
    .orderBy('id')
    .forUpdate()
    .select<LockedLog[]>('id', 'company_id', 'sequenced');
  return new Map(logs.map((log) => [log.company_id, log]));
}
