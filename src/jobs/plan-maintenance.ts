import type { Knex } from 'knex';
import { partitionedTables } from './partitioned-tables.ts';
import {
  describeKept,
  describeMissing,
  isFree,
  listExpiredPartitions,
  listMissingPartitions,
} from './queries.ts';

/** The next steps of `makePartitions` and `applyRetention`, one line each. Changes nothing. */
export async function planMaintenance(
  db: Knex,
  input: { partitionMonthsAhead: number; retentionMonths: number | null },
): Promise<string[]> {
  const lines: string[] = [];
  for (const table of partitionedTables) {
    const missing = await listMissingPartitions(db, { table, monthsAhead: input.partitionMonthsAhead });
    lines.push(...missing.map((month) => `would make ${describeMissing(table, month)}`));
  }
  if (lines.length === 0) lines.push('no partition is missing');
  if (input.retentionMonths === null) return [...lines, 'retention is off: RETENTION_MONTHS is not set'];
  const expired = (
    await Promise.all(
      partitionedTables.map((table) =>
        listExpiredPartitions(db, { table, retentionMonths: input.retentionMonths ?? 0 }),
      ),
    )
  ).flat();
  if (expired.length === 0) return [...lines, 'nothing has expired'];
  return [
    ...lines,
    ...expired.map((partition) =>
      isFree(partition) ? `would drop ${partition.partition_name}` : `would have ${describeKept(partition)}`,
    ),
  ];
}
