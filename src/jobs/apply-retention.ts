import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { partitionedTables } from './partitioned-tables.ts';
import type { JobSummary } from './job-summary.ts';
import { listDroppedLeaves, noteDroppedMonth } from '../transparency/sequence/note-dropped-month.ts';
import { sequenceLeftovers } from '../transparency/sequence/sequence-leftovers.ts';
import { sequenceRows } from '../transparency/sequence/sequence-rows.ts';
import { describeKept, isFree, listExpiredPartitions, type ExpiredPartition } from './queries.ts';

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
    // A row that is dropped keeps its leaf, so it must have one.
    if ((await listExpiredPartitions(db, { table, retentionMonths })).some(isFree))
      await sequenceAll(db, context);
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
    // The function takes the same lock: what is found now is what it drops.
    await trx.raw("select pg_advisory_xact_lock(hashtextextended('youarecoder partitions', 0))");
    const [next] = (await listExpiredPartitions(trx, { table, retentionMonths })).filter(isFree);
    if (next === undefined) return undefined;
    const type = table === 'audit_logs' ? 'audit_log' : 'workspace_session';
    const rowsOf = { type, from: next.starts_at, to: next.ends_at } as const;
    const leaves = await listDroppedLeaves(trx, rowsOf);
    const { rows } = await trx.raw<{ rows: DroppedPartition[] }>(
      'select partition_name, starts_at, ends_at, dropped_rows from drop_expired_partition(?, ?)',
      [table, retentionMonths],
    );
    const [dropped] = rows;
    // A hold was placed meanwhile.
    if (dropped === undefined) return undefined;
    if (dropped.partition_name !== next.partition_name)
      throw new Error(`${dropped.partition_name} went instead of ${next.partition_name}`);
    await noteDroppedMonth(trx, { ...rowsOf, at: context.at, retentionMonths, leaves });
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

async function sequenceAll(db: Knex, context: RequestContext): Promise<void> {
  await sequenceRows(db, context);
  await sequenceLeftovers(db, context);
}
