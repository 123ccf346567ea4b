import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { JobSummary } from './job-summary.ts';
import { monthText, partitionedTables } from './partitioned-tables.ts';

/** A month for which a table got a partition. */
interface MadePartition {
  table: string;
  partition_month: Date;
  moved_rows: number;
}

/**
 * Makes the missing monthly partitions, for this month and `monthsAhead` months to come, and moves rows into
 * them that were written before. The database function does it as the tables' owner, one table in a
 * transaction; two runs at once make each partition once. Returns what it made.
 */
export async function makePartitions(
  db: Knex,
  context: RequestContext,
  input: { monthsAhead: number },
): Promise<MadePartition[]> {
  const made: MadePartition[] = [];
  for (const table of partitionedTables) {
    made.push(...(await makeOf(db, table, input.monthsAhead)));
  }
  if (made.length > 0) context.log.info({ made: made.map(describe) }, 'partitions made');
  return made;
}

/** The partitions that were made, for the command line. */
export function describePartitions(made: MadePartition[]): string {
  return made.length === 0 ? 'nothing was missing' : `made ${made.map(describe).join(', ')}`;
}

/** The same for the list of jobs. */
export function summarisePartitions(made: MadePartition[]): JobSummary {
  if (made.length === 0) return { nothingMissing: true };
  return {
    made: made.map(nameOf).join(', '),
    moved: made.reduce((sum, { moved_rows }) => sum + moved_rows, 0),
  };
}

async function makeOf(db: Knex, table: string, monthsAhead: number): Promise<MadePartition[]> {
  const { rows } = await db.raw<{ rows: Omit<MadePartition, 'table'>[] }>(
    'select partition_month, moved_rows from make_partitions(?, ?)',
    [table, monthsAhead],
  );
  return rows.map((row) => ({ table, ...row }));
}

function describe(partition: MadePartition): string {
  const { moved_rows } = partition;
  return `${nameOf(partition)}${moved_rows === 0 ? '' : ` (${String(moved_rows)} rows moved into it)`}`;
}

function nameOf({ table, partition_month }: MadePartition): string {
  return `${table} ${monthText(partition_month)}`;
}
