import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { LeafRecord } from '../leaves/leaf.ts';
import { holderName, holdersOf, readKeys, saltsFrom, type Holder } from '../leaves/read-salts.ts';
import type { SaltMaker } from '../leaves/salts.ts';

/** The salts of some records. A holder without a key gets one. */
export async function findSalts(
  trx: Knex,
  at: Date,
  records: readonly LeafRecord[],
): Promise<(record: LeafRecord) => SaltMaker> {
  const wanted = new Map(records.flatMap(holdersOf).map((holder) => [holderName(holder), holder]));
  const keys = await readKeys(trx, wanted.values());
  const missing = [...wanted]
    .filter(([name]) => !keys.has(name))
    // In one order, so that two that make the same keys cannot block each other for good.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, holder]) => holder);
  if (missing.length > 0) {
    await makeKeys(trx, at, missing);
    for (const [name, salts] of await readKeys(trx, missing)) keys.set(name, salts);
  }
  return (record) => {
    const salts = saltsFrom(keys, record);
    if (salts === undefined) throw new Error('Bug! a holder of a leaf without a key');
    return salts;
  };
}

async function makeKeys(trx: Knex, at: Date, holders: Holder[]): Promise<void> {
  const rows = holders.map(({ holder, company }) => ({
    user_id: holder,
    company_id: holder === null ? company : null,
    key: randomBytes(32),
    created_at: at,
  }));
  await trx('log_keys').insert(rows).onConflict(['user_id', 'company_id']).ignore();
}
