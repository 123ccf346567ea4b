import type { Knex } from 'knex';
import { joinLeaf } from '../leaves/join-leaf.ts';
import { addLogEntry } from './add-log-entry.ts';

/** The leaves of one company that lose their rows. */
interface DroppedLeaves {
  company_id: number | null;
  rows: number;
  first: number;
  last: number;
}

/** Rows of a month, or of everything before `to`. */
interface DroppedRows {
  type: 'audit_log' | 'workspace_session';
  from: Date | null;
  to: Date;
}

/**
 * The leaves of the rows that are going to be dropped, for each company. Throws when a row has no leaf yet:
 * it would go without a trace.
 */
export async function listDroppedLeaves(
  trx: Knex.Transaction,
  { type, from, to }: DroppedRows,
): Promise<DroppedLeaves[]> {
  const [table, time] =
    type === 'audit_log' ? ['audit_logs', 'timestamp'] : ['workspace_sessions', 'started_at'];
  const logs = await joinLeaf(trx(table), { type, table }, 'left join')
    .modify((query) => {
      if (from !== null) void query.where(`${table}.${time}`, '>=', from);
    })
    .where(`${table}.${time}`, '<', to)
    .groupBy(`${table}.company_id`)
    .orderBy(`${table}.company_id`)
    .select<(DroppedLeaves & { without: number })[]>(
      `${table}.company_id`,
      trx.raw('count(*) as rows, min(leaf_index) as first, max(leaf_index) as last'),
      trx.raw('count(*) filter (where leaf_index is null) as without'),
    );
  const without = logs.reduce((sum, log) => sum + log.without, 0);
  if (without > 0)
    throw new Error(`${String(without)} rows of ${table} before ${to.toISOString()} are not in the log yet`);
  return logs;
}

/** Writes into the log of each company which of its leaves lost their rows, and by which rule. */
export async function noteDroppedMonth(
  trx: Knex.Transaction,
  input: DroppedRows & { at: Date; retentionMonths: number; leaves: DroppedLeaves[] },
): Promise<void> {
  const { at, type, from, to, retentionMonths, leaves } = input;
  const rule = { kind: 'month_dropped', type, from, to, retention_months: retentionMonths };
  for (const { company_id, rows, first, last } of leaves)
    await addLogEntry(trx, { companyId: company_id, at, entry: { ...rule, rows, first, last } });
}
