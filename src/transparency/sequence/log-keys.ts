import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { Salts } from '../leaves/salts.ts';
import type { LeafRecord } from '../leaves/leaf.ts';

type Holder = Pick<LeafRecord, 'holder' | 'company'>;

/**
 * The salts of the holders of some records: of the person that a record names, else of its company, else of
 * the platform. A holder without a key gets one.
 */
export async function findSalts(
  trx: Knex,
  at: Date,
  records: readonly Holder[],
): Promise<(record: Holder) => Salts> {
  const wanted = new Map(records.map((record) => [nameOf(record), record]));
  const keys = await readKeys(trx, wanted.values());
  const missing = [...wanted].filter(([name]) => !keys.has(name)).map(([, record]) => record);
  if (missing.length > 0) {
    await makeKeys(trx, at, missing);
    for (const [name, salts] of await readKeys(trx, missing)) keys.set(name, salts);
  }
  return (record) => {
    const salts = keys.get(nameOf(record));
    if (salts === undefined) throw new Error('Bug! a holder of a leaf without a key');
    return salts;
  };
}

async function readKeys(trx: Knex, records: Iterable<Holder>): Promise<Map<string, Salts>> {
  const persons: number[] = [];
  const companies: number[] = [];
  for (const { holder, company } of records) {
    if (holder !== null) persons.push(holder);
    else if (company !== null) companies.push(company);
  }
  const rows = await trx('log_keys')
    .whereRaw('user_id = any(?::bigint[])', [persons])
    .orWhereRaw('company_id = any(?::bigint[])', [companies])
    .orWhereRaw('user_id is null and company_id is null')
    .select<{ user_id: number | null; company_id: number | null; key: Buffer }[]>(
      'user_id',
      'company_id',
      'key',
    );
  return new Map(
    rows.map((row) => [nameOf({ holder: row.user_id, company: row.company_id }), new Salts(row.key)]),
  );
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

function nameOf({ holder, company }: Holder): string {
  return holder === null ? `company ${String(company)}` : `person ${String(holder)}`;
}
