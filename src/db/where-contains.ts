import type { Knex } from 'knex';

/**
 * Narrows to rows of which a column contains the text, as `search_text` folds both
 * (migrations/0170-search.sql): whatever the case, the dot of an i, accents, and whether letters came
 * composed. The indexes are on the same expression.
 */
export function whereContains(query: Knex.QueryBuilder, columns: string[], search: string): void {
  void query.where((any) => {
    for (const column of columns) {
      void any.orWhereRaw(
        String.raw`search_text(??) like '%' || regexp_replace(search_text(?), '([\\%_])', '\\\1', 'g') || '%'`,
        [column, search],
      );
    }
  });
}
