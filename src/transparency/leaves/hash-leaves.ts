import { setImmediate as nextTurn } from 'node:timers/promises';
import { leafHash } from '../tree/hash.ts';
import { leafText, type LeafRecord } from './leaf.ts';
import type { SaltMaker } from './salts.ts';

/** Leaves in one turn of the event loop: some five milliseconds. */
const A_TURN = 250;

/**
 * The hashes of the leaves of some records, in their order; requests are answered in between. Null: no salts.
 */
export async function hashLeaves(
  records: readonly LeafRecord[],
  saltsOf: (record: LeafRecord) => SaltMaker | undefined,
): Promise<(Buffer | null)[]> {
  const hashes: (Buffer | null)[] = [];
  for (const [place, record] of records.entries()) {
    if (place > 0 && place % A_TURN === 0) await nextTurn();
    const salts = saltsOf(record);
    hashes.push(salts === undefined ? null : leafHash(leafText(record, salts)));
  }
  return hashes;
}
