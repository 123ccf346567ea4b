import type { Knex } from 'knex';

/** Narrows to rows of which a column contains the text as typed, whatever the case. */
export function whereContains(query: Knex.QueryBuilder, columns: string[], search: string): void {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  void query.where((any) => {
    for (const column of columns) void any.orWhereILike(column, pattern);
  });
}
