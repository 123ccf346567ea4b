import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { holderName, readKeys, type Holder } from '../leaves/read-salts.ts';
import type { Salts } from '../leaves/salts.ts';

/**
 * The salts of the holders of some records: of the person that a record names, else of its company, else of
 * the platform. A holder without a key gets one.
 */
export async function findSalts(
  trx: Knex,
  at: Date,
  records: readonly Holder[],
): Promise<(record: Holder) => Salts> {
  const wanted = new Map(records.map((record) => [holderName(record), record]));
  const keys = await readKeys(trx, wanted.values());
  const missing = [...wanted].filter(([name]) => !keys.has(name)).map(([, record]) => record);
  if (missing.length > 0) {
    await makeKeys(trx, at, missing);
    for (const [name, salts] of await readKeys(trx, missing)) keys.set(name, salts);
  }
  return (record) => {
    const salts = keys.get(holderName(record));
    if (salts === undefined) throw new Error('Bug! a holder of a leaf without a key');
    return salts;
  };
}

async function makeKeys(trx: Knex, at: Date, records: Holder[]): Promise<void> {
  const rows = records.map(({ holder, company }) => ({
    user_id: holder,
    company_id: holder === null ? company : null,
    key: randomBytes(32),
    created_at: at,
  }));
  await trx('log_keys').insert(rows).onConflict(['user_id', 'company_id']).ignore();
}
