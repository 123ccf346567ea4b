import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { partitionedTables } from './partitioned-tables.ts';
import { describeKept, listExpiredPartitions } from './queries.ts';

interface DroppedPartition {
  partition_name: string;
  /** Null for the first partition, which has everything before its end. */
  starts_at: Date | null;
  ends_at: Date;
  dropped_rows: number;
}

/**
 * Drops the monthly partitions that ended more than `retentionMonths` ago (at least 36); null drops nothing.
 * Returns a summary of dropped and kept partitions.
 *
 * 1. The database function does it as the tables' owner and refuses fewer months.
 * 2. Each partition is dropped in a transaction with its audit row.
 * 3. A partition stays while it has rows of a company with an open hold, or an open session.
 */
export async function applyRetention(
  db: Knex,
  context: RequestContext,
  input: { retentionMonths: number | null },
): Promise<string> {
  const { retentionMonths } = input;
  if (retentionMonths === null) return 'off: RETENTION_MONTHS is not set';
  const done: string[] = [];
  for (const table of partitionedTables) {
    for (;;) {
      const dropped = await dropOne(db, context, { table, retentionMonths });
      if (dropped === undefined) break;
      done.push(`dropped ${dropped.partition_name} (${dropped.dropped_rows} rows)`);
    }
    const kept = await listExpiredPartitions(db, { table, retentionMonths });
    done.push(...kept.map(describeKept));
  }
  return done.length === 0 ? 'nothing has expired' : done.join(', ');
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
