import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { partitionedTables } from './partitioned-tables.ts';
import type { JobSummary } from './job-summary.ts';
import { describeKept, listExpiredPartitions, type ExpiredPartition } from './queries.ts';

interface DroppedPartition {
  partition_name: string;
  /** Null for the first partition, which has everything before its end. */
  starts_at: Date | null;
  ends_at: Date;
  dropped_rows: number;
}

/** The outcome of a run: dropped and kept partitions. */
interface RetentionOutcome {
  /** True when no retention is set, and nothing was looked at. */
  isOff: boolean;
  dropped: DroppedPartition[];
  kept: ExpiredPartition[];
}

/**
 * Drops the monthly partitions that ended more than `retentionMonths` ago (at least 36); null drops nothing.
 * Returns the dropped and the kept partitions.
 *
 * 1. The database function does it as the tables' owner and refuses fewer months.
 * 2. Each partition is dropped in a transaction with its audit row.
 * 3. A partition stays while it has rows of a company with an open hold, or an open session.
 */
export async function applyRetention(
  db: Knex,
  context: RequestContext,
  input: { retentionMonths: number | null },
): Promise<RetentionOutcome> {
  const { retentionMonths } = input;
  const outcome: RetentionOutcome = { isOff: retentionMonths === null, dropped: [], kept: [] };
  if (retentionMonths === null) return outcome;
  for (const table of partitionedTables) {
    for (;;) {
      const dropped = await dropOne(db, context, { table, retentionMonths });
      if (dropped === undefined) break;
      outcome.dropped.push(dropped);
    }
    outcome.kept.push(...(await listExpiredPartitions(db, { table, retentionMonths })));
  }
  return outcome;
}

/** The outcome in words for the command line. */
export function describeRetention({ isOff, dropped, kept }: RetentionOutcome): string {
  if (isOff) return 'off: RETENTION_MONTHS is not set';
  const done = [
    ...dropped.map(({ partition_name, dropped_rows }) => `dropped ${partition_name} (${dropped_rows} rows)`),
    ...kept.map(describeKept),
  ];
  return done.length === 0 ? 'nothing has expired' : done.join(', ');
}

/** The same for the list of jobs. A hold or an open session keeps a partition; `maintain` says which. */
export function summariseRetention({ isOff, dropped, kept }: RetentionOutcome): JobSummary {
  if (isOff) return { retentionOff: true };
  const names = (partitions: { partition_name: string }[]): string =>
    partitions.map(({ partition_name }) => partition_name).join(', ');
  if (dropped.length + kept.length === 0) return { nothingExpired: true };
  return {
    ...(dropped.length === 0 ? {} : { droppedMonths: names(dropped) }),
    ...(kept.length === 0 ? {} : { keptMonths: names(kept) }),
  };
}

async function dropOne(
  db: Knex,
  context: RequestContext,
  { table, retentionMonths }: { table: string; retentionMonths: number },
): Promise<DroppedPartition | undefined> {
  return db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: DroppedPartition[] }>(
      'select partition_name, starts_at, ends_at, dropped_rows from drop_expired_partition(?, ?)',
      [table, retentionMonths],
    );
    const [dropped] = rows;
    if (dropped === undefined) return undefined;
    await AuditLogger.logOrThrow(trx, context, {
      action: 'retention_applied',
      success: true,
      resourceType: 'partition',
      resourceId: dropped.partition_name,
      details: { table, retention_months: retentionMonths, ...dropped },
    });
    return dropped;
  });
}
