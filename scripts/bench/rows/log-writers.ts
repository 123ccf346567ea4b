import { createDb } from '../../../src/db/db.ts';
import { keepLogs } from '../../../src/transparency/sequence/keep-logs.ts';
import { CALLERS, measureAuditLogger } from '../data/audit-events.ts';
import { benchSigner } from '../data/log-rows.ts';
import { runStatement, type BenchDatabase, type Lab } from '../lab.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { medianLatency } from '../statistics.ts';

/** As the schedule does it, but half as much twice as often, since a round takes four seconds. */
const EVERY_MS = 5000;
const A_RUN = { rows: 5000, checkpoints: 100 };

/** Whether writers feel the log, which follows them in the same process as in the app. */
export const logWriters: BenchRow = {
  name: 'log-writers',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('log_writers');
    const { subject, reference } = await interleave(
      lab,
      () => measureWithLog(lab, database),
      () => measureAuditLogger(lab, database),
    );
    return [
      {
        name: 'log-writers',
        what: `AuditLogger.log, ${String(CALLERS)} callers in flight, the log kept in the same process as the schedule does it`,
        against: 'the same without the log',
        unit: 'rows/s',
        subject: subject.map(({ rowsPerSecond }) => rowsPerSecond),
        reference: reference.map(({ rowsPerSecond }) => rowsPerSecond),
        target: { atLeast: 0.95 },
        limits: [],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB: null,
        notes: [
          'at the highest rate of one process, which has no core to spare: what the log takes is missing',
        ],
      },
    ];
  },
};

async function measureWithLog(lab: Lab, database: BenchDatabase) {
  const db = createDb({ url: database.appUrl, poolMax: 2 });
  const signer = benchSigner();
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(() => keepLogs(db, { at: new Date() }, { signer, publishSeconds: 300, atMost: A_RUN }));
  }, EVERY_MS);
  try {
    return await measureAuditLogger(lab, database);
  } finally {
    clearInterval(timer);
    await last;
    await db.destroy();
    // The next round writes the same ids anew.
    await runStatement(
      `${database.superUrl}?options=-csession_replication_role%3Dreplica`,
      'truncate log_leaves, log_tiles, log_checkpoints, log_cursors, transparency_logs cascade',
    );
  }
}
