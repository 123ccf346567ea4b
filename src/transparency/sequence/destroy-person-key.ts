import type { Knex } from 'knex';
import { joinLeaf } from '../leaves/join-leaf.ts';
import { leafText } from '../leaves/leaf.ts';
import { leafRows, toLeafRecord } from '../leaves/leaf-rows.ts';
import { leafTypes, type LeafType } from '../leaves/leaf-types.ts';
import { readSalts } from '../leaves/read-salts.ts';
import { lockKeys } from './sequencing-lock.ts';

/** Leaves at once. */
const BATCH_ROWS = 1000;

/**
 * First half of erasing a person from the log, as part of the caller's transaction, which also removes the
 * values: keeps the text of each of their leaves, in which every personal value is a digest, and destroys the
 * key. The digests are then unguessable, and every proof still holds. Returns how many leaves it kept.
 */
export async function destroyPersonKey(trx: Knex.Transaction, userId: number): Promise<number> {
  // Nothing of the person is sequenced meanwhile with the key that goes.
  await lockKeys(trx);
  let count = 0;
  for (const type of leafTypes) {
    if (type.holder === null) continue;
    for (;;) {
      const kept = await keepTexts(trx, type, userId);
      count += kept;
      if (kept < BATCH_ROWS) break;
    }
  }
  // The trigger refuse_delete asks for it.
  await trx.raw("select set_config('youarecoder.erased_person', ?, true)", [String(userId)]);
  await trx('log_keys').where({ user_id: userId }).delete();
  return count;
}

type Row = Record<string, unknown> & { log_id: number; leaf_index: number };

/** Keeps the texts of the next leaves of the person. Returns how many. */
async function keepTexts(trx: Knex.Transaction, type: LeafType, userId: number): Promise<number> {
  const rows: Row[] = await joinLeaf(leafRows(trx, type), type)
    .whereRaw(`${String(type.holder)} = ?`, [userId])
    .whereRaw(
      `not exists (select from log_kept_leaves kept
        where kept.log_id = leaf.log_id and kept.leaf_index = leaf.leaf_index)`,
    )
    .limit(BATCH_ROWS)
    .select('leaf.log_id', 'leaf.leaf_index');
  const made = rows.map((row) => ({ row, record: toLeafRecord(type, row) }));
  const saltsOf = await readSalts(
    trx,
    made.map(({ record }) => record),
  );
  const kept = made.map(({ row: { log_id, leaf_index }, record }) => {
    const salts = saltsOf(record);
    if (salts === undefined) throw new Error(`there is no key for ${type.type} ${String(record.id)}`);
    return { log_id, leaf_index, leaf: leafText(record, salts) };
  });
  if (kept.length > 0) await trx('log_kept_leaves').insert(kept);
  return kept.length;
}
