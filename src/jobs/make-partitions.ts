import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { monthText, partitionedTables } from './partitioned-tables.ts';

interface MadePartition {
  partition_month: Date;
  moved_rows: number;
}

/**
 * Makes the missing monthly partitions, for this month and `monthsAhead` months to come, and moves rows into
 * them that were written before. The database function does it as the tables' owner, one table in a
 * transaction; two runs at once make each partition once. Returns a summary.
 */
export async function makePartitions(
  db: Knex,
  context: RequestContext,
  input: { monthsAhead: number },
): Promise<string> {
  const made: string[] = [];
  for (const table of partitionedTables) {
    const partitions = await makeOf(db, table, input.monthsAhead);
    made.push(...partitions.map((partition) => describe(table, partition)));
  }
  if (made.length > 0) context.log.info({ made }, 'partitions made');
  return made.length === 0 ? 'nothing was missing' : `made ${made.join(', ')}`;
}

async function makeOf(db: Knex, table: string, monthsAhead: number): Promise<MadePartition[]> {
  const { rows } = await db.raw<{ rows: MadePartition[] }>(
    'select partition_month, moved_rows from make_partitions(?, ?)',
    [table, monthsAhead],
  );
  return rows;
}

function describe(table: string, { partition_month, moved_rows }: MadePartition): string {
  return `${table} ${monthText(partition_month)}${moved_rows === 0 ? '' : ` (${String(moved_rows)} rows moved into it)`}`;
}
