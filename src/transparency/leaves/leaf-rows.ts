import type { Knex } from 'knex';
import type { LeafRecord } from './leaf.ts';
import type { LeafType } from './leaf-types.ts';

/** The rows of one kind as their leaves have them; the caller narrows and orders them. */
export function leafRows(db: Knex, type: LeafType): Knex.QueryBuilder {
  const { table, join, isFinal } = type;
  const query = db(table).select([
    `${table}.id as leaf_id`,
    db.raw(`${type.company} as leaf_company`),
    db.raw(`${type.holder ?? 'null::bigint'} as leaf_holder`),
    ...fieldsOf(type).map(([name, sql]) => db.raw(`${sql ?? `${table}.${name}`} as ??`, [name])),
  ]);
  if (join !== undefined) void query.joinRaw(join);
  if (isFinal !== undefined) void query.whereRaw(isFinal);
  return query;
}

/** A row of `leafRows` as the record of its leaf. */
export function toLeafRecord(of: LeafType, row: Record<string, unknown>): LeafRecord {
  const { type, plain, personal } = of;
  const pick = (names: Record<string, unknown>): Record<string, unknown> => {
    const picked: Record<string, unknown> = {};
    for (const name in names) {
      const value = row[name];
      picked[name] = value instanceof Date ? value.toISOString() : value;
    }
    return picked;
  };
  return {
    type,
    id: row['leaf_id'] as number,
    company: row['leaf_company'] as number | null,
    holder: row['leaf_holder'] as number | null,
    shared: of.shared?.(row) ?? [],
    plain: pick(plain),
    personal: pick(personal),
  };
}

function fieldsOf({ plain, personal }: LeafType): [string, string | null][] {
  return [...Object.entries(plain), ...Object.entries(personal)];
}
