import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { logColumns, type LogRow } from '../queries.ts';
import type { LogSigner } from '../sequence/log-signer.ts';
import { sequenceRows } from '../sequence/sequence-rows.ts';
import { sequenceLeftovers } from '../sequence/sequence-leftovers.ts';
import { checkLog, type LogFault } from './check-log.ts';

/** The outcome of a check of every log. */
export interface CheckOutcome {
  leaves: number;
  /** The first so many faults. */
  faults: LogFault[];
  faultCount: number;
  /**
   * Rows of evidence that had no leaf though they had been looked through: they came late, or were put in.
   */
  late: number;
}

/** Faults that are kept of one check: the first ones tell where to look. */
const FAULTS_KEPT = 1000;

/**
 * Verifies every log and every row of evidence against it, writes the outcome down and says in the log of the
 * process when something is wrong. `onProgress` gets the leaves that are done, and how many there are.
 */
export async function checkLogs(
  db: Knex,
  context: RequestContext,
  {
    signer,
    onProgress = () => undefined,
  }: { signer: LogSigner; onProgress?: (done: number, total: number) => void },
): Promise<CheckOutcome> {
  // Rows that nobody has looked at yet, as right after an upgrade, are not late.
  await sequenceRows(db, context);
  const logs = await db('transparency_logs').orderBy('id').select<LogRow[]>(logColumns);
  const total = logs.reduce((sum, { sequenced }) => sum + sequenced, 0);
  const outcome: CheckOutcome = { leaves: 0, faults: [], faultCount: 0, late: 0 };
  for (const log of logs) {
    for await (const { leaves, faults } of checkLog(db, log, signer)) {
      outcome.leaves += leaves;
      outcome.faultCount += faults.length;
      outcome.faults.push(...faults.slice(0, FAULTS_KEPT - outcome.faults.length));
      onProgress(outcome.leaves, total);
    }
  }
  outcome.late = await sequenceLeftovers(db, context);
  await db('log_checks').insert({
    started_at: context.at,
    finished_at: new Date(),
    leaves: outcome.leaves,
    fault_count: outcome.faultCount,
    faults: JSON.stringify(outcome.faults),
    late: outcome.late,
  });
  if (outcome.faultCount > 0)
    context.log.error(
      { faults: outcome.faults },
      'the log of the evidence does not fit its records: somebody changed them',
    );
  if (outcome.late > 0)
    context.log.warn(
      { late: outcome.late },
      'rows of evidence appeared behind the place that the log had reached',
    );
  return outcome;
}
