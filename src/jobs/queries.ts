import type { Knex } from 'knex';
import { monthText } from './partitioned-tables.ts';

/** A month without a partition, and how many of its rows wait in the default partition. */
interface MissingPartition {
  partition_month: Date;
  waiting_rows: number;
}

/** The months of a table that `makePartitions` would make. */
export async function listMissingPartitions(
  db: Knex,
  input: { table: string; monthsAhead: number },
): Promise<MissingPartition[]> {
  const { rows } = await db.raw<{ rows: MissingPartition[] }>(
    'select partition_month, waiting_rows from missing_partitions(?, ?)',
    [input.table, input.monthsAhead],
  );
  return rows;
}

/** A partition old enough for retention to drop, and the reasons to keep it. */
export interface ExpiredPartition {
  partition_name: string;
  /** Null for the first partition, which has everything before its end. */
  starts_at: Date | null;
  ends_at: Date;
  /** Numbers of the open holds on companies with rows in the partition. */
  held_by: number[];
  has_open_sessions: boolean;
}

/** The expired partitions of a table, oldest first. Throws below 36 months. */
export async function listExpiredPartitions(
  db: Knex,
  input: { table: string; retentionMonths: number },
): Promise<ExpiredPartition[]> {
  const { rows } = await db.raw<{ rows: ExpiredPartition[] }>(
    `select partition_name, starts_at, ends_at, held_by::text[]::int8[] as held_by, has_open_sessions
     from expired_partitions(?, ?)`,
    [input.table, input.retentionMonths],
  );
  return rows;
}

/** True when nothing keeps the partition: the next run of retention drops it. */
export function isFree(partition: ExpiredPartition): boolean {
  return partition.held_by.length === 0 && !partition.has_open_sessions;
}

/** Why an expired partition stays, in a few words. */
export function describeKept({ partition_name, held_by, has_open_sessions }: ExpiredPartition): string {
  const reasons = [
    ...(held_by.length === 0 ? [] : [`open holds ${held_by.join(' ')}`]),
    ...(has_open_sessions ? ['an open workspace session'] : []),
  ];
  return `kept ${partition_name}: ${reasons.length === 0 ? 'in use' : reasons.join(', ')}`;
}

/** The next step of `makePartitions` for a month, in a few words. */
export function describeMissing(table: string, { partition_month, waiting_rows }: MissingPartition): string {
  const month = `${table} ${monthText(partition_month)}`;
  return waiting_rows === 0 ? month : `${month} (and move ${waiting_rows} rows into it)`;
}
