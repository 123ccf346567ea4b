import type { Knex } from 'knex';
import type { FactClaim, FoundName } from './fact-claim.ts';
import { recordTables, type FactRecord } from './fact-record.ts';
import { foundSql } from './found-sql.ts';

/** A claim that the database does not confirm, with what it says instead; undefined: there is no such row. */
export interface FalseClaim {
  claim: FactClaim | { record: FactRecord };
  found: Found;
}

type Found = string | number | Date | null | undefined;

/**
 * Looks records and claims up in the database, each by its own query and not by the reader of the facts.
 * Returns those that it does not confirm. For what is about to be frozen and sent.
 */
export async function verifyClaims(
  db: Knex,
  {
    paymentId,
    asOf,
    records,
    claims,
  }: { paymentId: number; asOf: Date; records: readonly FactRecord[]; claims: readonly FactClaim[] },
): Promise<FalseClaim[]> {
  const wrong: FalseClaim[] = await listMissing(db, records);
  for (const claim of claims) {
    const found =
      'found' in claim ? await count(db, claim.found, { paymentId, asOf }) : await look(db, claim);
    if (!agrees(claim, found)) wrong.push({ claim, found });
  }
  return wrong;
}

async function listMissing(db: Knex, records: readonly FactRecord[]): Promise<FalseClaim[]> {
  const types = [...new Set(records.map(({ type }) => type))];
  const missing: FalseClaim[] = [];
  for (const type of types) {
    const { table, key } = recordTables[type];
    const wanted = records.filter((record) => record.type === type);
    const ids = await db(table)
      .whereIn(
        key,
        wanted.map(({ id }) => id),
      )
      .pluck<number[]>(key);
    missing.push(
      ...wanted
        .filter(({ id }) => !ids.includes(id))
        .map((record) => ({ claim: { record }, found: undefined })),
    );
  }
  return missing;
}

/** Addresses are compared as they are printed, and values with a structure by their text. */
async function look(db: Knex, claim: Extract<FactClaim, { column: string }>): Promise<Found> {
  const { table, key } = recordTables[claim.record.type];
  const isText = 'contains' in claim;
  const row = await db(table)
    .where(key, claim.record.id)
    .first<{ value: Found } | undefined>(
      db.raw(isText ? '??::text as value' : `to_jsonb(??) #>> '{}' as value`, [claim.column]),
    );
  return row?.value;
}

async function count(db: Knex, name: FoundName, about: { paymentId: number; asOf: Date }): Promise<Found> {
  const { rows } = await db.raw<{ rows: { value: Found }[] }>(foundSql[name], about);
  return rows[0]?.value;
}

function agrees(claim: FactClaim, found: Found): boolean {
  if ('contains' in claim) return typeof found === 'string' && found.includes(claim.contains);
  if (claim.value === null) return found === null;
  if (found === undefined || found === null) return false;
  if (claim.value instanceof Date) return new Date(found).getTime() === claim.value.getTime();
  return String(claim.value) === String(found).replace(/^([0-9.]+|[0-9a-f:]+:[0-9a-f:]*)\/(32|128)$/, '$1');
}
