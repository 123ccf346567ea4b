import type { Knex } from 'knex';
import { namedStatement } from '../../../db/named-statement.ts';

/** One log at a time, so that the newest is found from the end of the key, however many there are. */
const newestOf = (log: string): string =>
  `select note from log_checkpoints
   where log_id = (select id from transparency_logs where ${log}) and published_at <= :at
   order by size desc limit 1`;

/** The same as a column of a question that is asked anyway. `:names` are those of `findHeadAt`. */
export const HEAD_AT = `coalesce((${newestOf('company_id = :companyId')}), (${newestOf('company_id is null')}))`;

const findHead = namedStatement<{ head: string | null }>('find-head-at', `select ${HEAD_AT} as head`);

/**
 * The newest checkpoint that there was at a time: of the company's log, else of the platform's. Null before
 * both. The same paper has the same one, whenever it is printed.
 */
export async function findHeadAt(
  db: Knex,
  { companyId, at }: { companyId: number; at: Date },
): Promise<string | null> {
  const [row] = await findHead(db, { companyId, at });
  return row?.head ?? null;
}
