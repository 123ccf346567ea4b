import type { Knex } from 'knex';

/** The tables, views left out, in which some row has the text, also as bytes. Asked as their owner. */
export async function findInTables(ownerDb: Knex, text: string): Promise<string[]> {
  const { rows } = await ownerDb.raw<{ rows: { name: string }[] }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const hit = await ownerDb.raw<{ rows: unknown[] }>(
      `select 1 from ${name} as kept where strpos(kept::text, ?) > 0 or strpos(kept::text, ?) > 0 limit 1`,
      [text, Buffer.from(text).toString('hex')],
    );
    if (hit.rows.length > 0) found.push(name);
  }
  return found;
}
