import type { Knex } from 'knex';
import type { LeafRecord } from './leaf.ts';
import { Salts, type SaltMaker } from './salts.ts';

/** Whose key makes salts: a person's, else a company's, else the platform's. */
export type Holder = Pick<LeafRecord, 'holder' | 'company'>;

/** By what a record's salts are found. */
type Salted = Pick<LeafRecord, 'holder' | 'company' | 'shared'>;

/** The salts of those of the records whose holders have a key; no key is made. Erased people have none. */
export async function readSalts(
  db: Knex,
  records: readonly Salted[],
): Promise<(record: Salted) => SaltMaker | undefined> {
  const keys = await readKeys(db, records.flatMap(holdersOf));
  return (record) => saltsFrom(keys, record);
}

/** All whose keys a record needs. */
export function holdersOf({ holder, company, shared }: Salted): Holder[] {
  const own = { holder, company };
  return shared.length === 0 ? [own] : [own, { holder: null, company }];
}

/**
 * The salts of a record from the keys of its holders, which are by `holderName`. Undefined: one is missing.
 */
export function saltsFrom(keys: ReadonlyMap<string, Salts>, record: Salted): SaltMaker | undefined {
  const own = keys.get(holderName(record));
  const { company, shared } = record;
  if (shared.length === 0 || own === undefined) return own;
  const ofCompany = keys.get(holderName({ holder: null, company }));
  if (ofCompany === undefined) return undefined;
  return {
    of: (type, id, field) => (shared.includes(field) ? ofCompany : own).of(type, id, field),
  };
}

/** The key of one person in base64url, with which everything of that person can be shown. Null: none. */
export async function findPersonKey(db: Knex, userId: number): Promise<string | null> {
  const found = await db('log_keys').where({ user_id: userId }).first<{ key: Buffer } | undefined>('key');
  return found?.key.toString('base64url') ?? null;
}

/** By `holderName`. */
export async function readKeys(trx: Knex, holders: Iterable<Holder>): Promise<Map<string, Salts>> {
  const persons: number[] = [];
  const companies: number[] = [];
  for (const { holder, company } of holders) {
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
