import type { Knex } from 'knex';
import type { LeafRecord } from '../leaves/leaf.ts';
import { leafRows, toLeafRecord } from '../leaves/leaf-rows.ts';
import type { LeafType } from '../leaves/leaf-types.ts';

/** The rows of one kind that have no leaf, by rising ids, as the records of their leaves. */
export async function listWithoutLeaf(
  trx: Knex.Transaction,
  type: LeafType,
  narrow: (query: Knex.QueryBuilder) => void,
  after?: number,
): Promise<LeafRecord[]> {
  const rows: Record<string, unknown>[] = await withoutLeaf(leafRows(trx, type), type, after)
    .orderBy(`${type.table}.id`)
    .modify(narrow);
  return rows.map((row) => toLeafRecord(type, row));
}

/**
 * Leaves out the rows that have a leaf, and those with ids up to `after`. That stands on both sides, or
 * Postgres reads through all leaves of the kind up to there.
 */
export function withoutLeaf(
  query: Knex.QueryBuilder,
  { type, table }: LeafType,
  after?: number | Knex.Raw,
): Knex.QueryBuilder {
  if (after !== undefined) void query.whereRaw(`${table}.id > ?`, [after]);
  return query.whereRaw(
    `not exists (select from log_leaves where log_leaves.type = ? and log_leaves.record_id = ${table}.id
       ${after === undefined ? '' : 'and log_leaves.record_id > ?'})`,
    after === undefined ? [type] : [type, after],
  );
}
