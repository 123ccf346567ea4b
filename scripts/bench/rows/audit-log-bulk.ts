import { BULK_ROWS, CALLERS, measureAuditLogger, measureBulkInserts } from '../data/audit-events.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { medianLatency } from '../statistics.ts';

/** How near gathering comes to the quickest way of writing many rows at once. */
export const auditLogBulk: BenchRow = {
  name: 'audit-log-bulk',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('audit_log_bulk');
    const { subject, reference } = await interleave(
      lab,
      () => measureAuditLogger(lab, database),
      () => measureBulkInserts(lab, database),
    );
    return [
      {
        name: 'audit-log-bulk',
        what: `AuditLogger.log, ${String(CALLERS)} callers in flight, rows durable per second`,
        against: `multi-row inserts of ${String(BULK_ROWS)} by a bare pg client on one connection`,
        unit: 'rows/s',
        subject: subject.map(({ rowsPerSecond }) => rowsPerSecond),
        reference: reference.map(({ rowsPerSecond }) => rowsPerSecond),
        target: { atLeast: 0.6 },
        limits: [],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB: null,
        notes: [
          'checked after every round: each acknowledged event is in the table',
          `the reference's latency is of a whole insert of ${String(BULK_ROWS)} rows`,
        ],
      },
    ];
  },
};
