import { CALLERS, measureAuditLogger, measureSingleInserts } from '../data/audit-events.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { medianLatency } from '../statistics.ts';

/**
 * The gain of writing in batches: many callers at the same time against one insert and commit for each event.
 */
export const auditLog: BenchRow = {
  name: 'audit-log',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('audit_log');
    const { subject, reference } = await interleave(
      lab,
      () => measureAuditLogger(lab, database),
      () => measureSingleInserts(lab, database),
    );
    return [
      {
        name: 'audit-log',
        what: `AuditLogger.log, ${String(CALLERS)} callers in flight, rows durable per second`,
        against: 'one insert and commit per event by a bare pg client on one connection',
        unit: 'rows/s',
        subject: subject.map(({ rowsPerSecond }) => rowsPerSecond),
        reference: reference.map(({ rowsPerSecond }) => rowsPerSecond),
        target: { atLeast: 8 },
        limits: [],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB: null,
        notes: ['checked after every round: each acknowledged event is in the table'],
      },
    ];
  },
};
