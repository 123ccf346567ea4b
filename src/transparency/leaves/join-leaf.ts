import type { Knex } from 'knex';
import type { LeafType } from './leaf-types.ts';

/**
 * Joins to each row of a kind its leaf as `leaf` (`log_id`, `leaf_index`): an inner join, or a left one. The
 * leaf is looked up row by row, since a join of the two tables would read the whole log for a few rows.
 */
export function joinLeaf(
  query: Knex.QueryBuilder,
  { type, table }: Pick<LeafType, 'type' | 'table'>,
  how: 'join' | 'left join' = 'join',
): Knex.QueryBuilder {
  return query.joinRaw(
    `${how} lateral (
       select found.log_id, found.leaf_index from log_leaves found
       where found.type = ? and found.record_id = ${table}.id limit 1
     ) as leaf on true`,
    [type],
  );
}
