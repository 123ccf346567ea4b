import type { Knex } from 'knex';
import type { LeafRecord } from './leaf.ts';
import { Salts } from './salts.ts';

/** Whose key makes the salts of a record. */
export type Holder = Pick<LeafRecord, 'holder' | 'company'>;

/** The salts of those of the holders who have a key; no key is made. Erased people have none. */
export async function readSalts(
  db: Knex,
  records: readonly Holder[],
): Promise<(record: Holder) => Salts | undefined> {
  const keys = await readKeys(db, records);
  return (record) => keys.get(holderName(record));
}

/** The key of one person in base64url, with which everything of that person can be shown. Null: none. */
export async function findPersonKey(db: Knex, userId: number): Promise<string | null> {
  const found = await db('log_keys').where({ user_id: userId }).first<{ key: Buffer } | undefined>('key');
  return found?.key.toString('base64url') ?? null;
}

/** By `holderName`. */
export async function readKeys(trx: Knex, records: Iterable<Holder>): Promise<Map<string, Salts>> {
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
    rows.map((row) => [holderName({ holder: row.user_id, company: row.company_id }), new Salts(row.key)]),
  );
}

/** The same for all records of one holder. */
export function holderName({ holder, company }: Holder): string {
  return holder === null ? `company ${String(company)}` : `person ${String(holder)}`;
}
