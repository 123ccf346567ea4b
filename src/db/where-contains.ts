import type { Knex } from 'knex';

/**
 * Narrows to rows in which a column contains the text. `search_text` folds both sides
 * (migrations/0001-people.sql): case, the dot of an i, accents, and composed or decomposed letters. The
 * indexes are on the same expression.
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
