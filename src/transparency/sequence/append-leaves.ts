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

/**
 * Gives each record the next index of its log, in the order of the list, as part of the caller's transaction.
 * The logs' rows are locked, so that indices are contiguous however many processes sequence. A company
 * without a log gets one.
 */
export async function appendLeaves(trx: Knex.Transaction, at: Date, records: LeafRecord[]): Promise<void> {
  if (records.length === 0) return;
  const hashes = await hashLeaves(records, await findSalts(trx, at, records));
  const logs = await lockLogs(trx, at, new Set(records.map(({ company }) => company)));
  const columns: [number[], number[], string[], number[], Buffer[]] = [[], [], [], [], []];
  for (const [place, record] of records.entries()) {
    const log = logs.get(record.company);
    if (log === undefined) throw new Error('Bug! a leaf without a log');
    const values = [log.id, log.sequenced, record.type, record.id, hashes[place]] as const;
    for (const [column, value] of values.entries()) (columns[column] as unknown[]).push(value);
    log.sequenced += 1;
  }
  await trx.raw(
    `insert into log_leaves (log_id, leaf_index, type, record_id, leaf_hash)
     select * from unnest(?::bigint[], ?::bigint[], ?::text[], ?::bigint[], ?::bytea[])`,
    columns as unknown as Knex.RawBinding[],
  );
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
