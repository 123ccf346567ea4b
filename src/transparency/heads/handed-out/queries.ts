import type { Knex } from 'knex';

/**
 * The newest checkpoint that there was at a time: of the company's log, else of the platform's. Null before
 * both. The same paper has the same one, whenever it is printed.
 */
export async function findHeadAt(
  db: Knex,
  { companyId, at }: { companyId: number; at: Date },
): Promise<string | null> {
  const row = await db
    .first<{ head: string | null }>(headAt(db, { companyId, at }))
    .options({ name: 'find-head-at' });
  return row.head;
}

/** The same as a column `head` of a question that is asked anyway. */
export function headAt(db: Knex, { companyId, at }: { companyId: number; at: Date }): Knex.Raw {
  const newest = `coalesce((${newestOf('company_id = :companyId')}), (${newestOf('company_id is null')}))`;
  return db.raw(`${newest} as head`, { companyId, at });
}

/** One log at a time, so that the newest is found from the end of the key, however many there are. */
const newestOf = (log: string): string =>
  `select note from log_checkpoints
   where log_id = (select id from transparency_logs where ${log}) and published_at <= :at
   order by size desc limit 1`;
