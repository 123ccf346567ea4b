import type { Knex } from 'knex';
import { canonicalJson } from '../leaves/canonical-json.ts';
import { hashLeaves } from '../leaves/hash-leaves.ts';
import type { LeafRecord } from '../leaves/leaf.ts';
import { leafRows, toLeafRecord } from '../leaves/leaf-rows.ts';
import { leafType } from '../leaves/leaf-types.ts';
import { readSalts } from '../leaves/read-salts.ts';
import { leafHash } from '../tree/hash.ts';

/** A leaf as the log has it. */
export interface LeafRow {
  leaf_index: number;
  type: string;
  record_id: number;
  leaf_hash: Buffer;
}

/** The fault of one leaf. */
interface LeafFault {
  index: number;
  type: string;
  recordId: number;
  /**
   * changed: the row, or its key, is another than the one that was hashed. gone: there is no such row, and
   * retention did not drop it.
   */
  fault: 'changed' | 'gone';
}

/** Leaves whose rows retention has dropped, by the log's own entries. */
export interface DroppedRange {
  type: string;
  first: number;
  last: number;
  /** How many of them are still to be missed. Others lie in between: a row may come into the log late. */
  rows: number;
}

/**
 * Makes the leaves of some rows anew and compares them. Returns those that are not what they were. To be
 * called with all leaves of a log in their order: of the rows of `dropped` each may be missing once.
 */
export async function checkLeaves(
  db: Knex,
  logId: number,
  leaves: LeafRow[],
  dropped: DroppedRange[],
): Promise<LeafFault[]> {
  const kept = await readKept(db, logId, leaves);
  const faults: LeafFault[] = [];
  const made = new Map<string, Map<number, MadeLeaf>>();
  for (const name of new Set(leaves.map(({ type }) => type)))
    made.set(
      name,
      await makeLeaves(
        db,
        name,
        leaves.filter(({ type }) => type === name),
      ),
    );
  for (const leaf of leaves) {
    const text = kept.get(leaf.leaf_index);
    const row = made.get(leaf.type)?.get(leaf.record_id);
    const fault = row === undefined ? 'gone' : isSame(row, leaf.leaf_hash, text) ? null : 'changed';
    if (fault === null || (fault === 'gone' && isDropped(dropped, leaf))) continue;
    faults.push({ index: leaf.leaf_index, type: leaf.type, recordId: leaf.record_id, fault });
  }
  return faults;
}

/** A row as it is today, and the hash of its leaf. */
interface MadeLeaf {
  record: LeafRecord;
  hash: Buffer;
  /** Whether that of which the row has a hash still has that hash (`LeafType.fitsHash`). */
  fitsHash: boolean;
}

/**
 * Whether a row is the one that was hashed. Where the text of the leaf was kept, since a person was erased,
 * the plain fields must be those of the text.
 */
function isSame({ record, hash, fitsHash }: MadeLeaf, hashed: Buffer, text: string | undefined): boolean {
  if (text === undefined) return fitsHash && hash.equals(hashed);
  const fields = JSON.parse(text) as Record<string, unknown>;
  const isPlain = Object.entries(record.plain).every(
    ([name, value]) => canonicalJson({ value: fields[name] }) === canonicalJson({ value }),
  );
  return isPlain && leafHash(text).equals(hashed);
}

/** The leaves of some rows as they are today, by the number of the row. */
async function makeLeaves(db: Knex, name: string, leaves: LeafRow[]): Promise<Map<number, MadeLeaf>> {
  const type = leafType(name);
  const rows: (Record<string, unknown> & { fits_hash: boolean })[] = await leafRows(db, type)
    .whereRaw(`${type.table}.id = any(?::bigint[])`, [leaves.map(({ record_id }) => record_id)])
    .select(db.raw(`(${type.fitsHash ?? 'true'}) as fits_hash`));
  const records = rows.map((row) => toLeafRecord(type, row));
  const hashes = await hashLeaves(records, await readSalts(db, records));
  // Without a key no leaf can be made; a hash of nothing fits none.
  return new Map(
    records.map((record, place) => [
      record.id,
      { record, hash: hashes[place] ?? leafHash(''), fitsHash: rows[place]?.fits_hash === true },
    ]),
  );
}

/** The texts of leaves whose rows were erased, by index. */
async function readKept(db: Knex, logId: number, leaves: LeafRow[]): Promise<Map<number, string>> {
  const rows = await db('log_kept_leaves')
    .where({ log_id: logId })
    .whereBetween('leaf_index', [leaves[0]?.leaf_index ?? 0, leaves.at(-1)?.leaf_index ?? 0])
    .select<{ leaf_index: number; leaf: string }[]>('leaf_index', 'leaf');
  return new Map(rows.map(({ leaf_index, leaf }) => [leaf_index, leaf]));
}

/** Takes one row from the range that ends first, which leaves the most to the leaves behind. */
function isDropped(dropped: DroppedRange[], { type, leaf_index: at }: LeafRow): boolean {
  const [range] = dropped
    .filter((one) => one.type === type && one.rows > 0 && one.first <= at && at <= one.last)
    .sort((a, b) => a.last - b.last);
  if (range === undefined) return false;
  range.rows -= 1;
  return true;
}
