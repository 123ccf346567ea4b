import { auditRecord } from '../../../src/audit/audit-record.ts';
import { withApp } from '../apps/app-process.ts';
import { signIn } from '../browser.ts';
import { findCopyReader } from '../data/copy-rows.ts';
import { download } from '../download.ts';
import { LOUD_PERSON, QUIET_PERSON } from '../data/fill-audit-logs.ts';
import { companyOf } from '../data/fill-people.ts';
import type { BenchDatabase, Lab } from '../lab.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { medianOrNull } from '../report.ts';
import { interleave } from '../rounds.ts';
import { median } from '../statistics.ts';

/** The rows of the bundle's `audit_logs`, with its columns and in its order. */
const COPY = `copy (
  select row_to_json(t) from (
    select ${Object.keys(auditRecord.shape).join(', ')}
    from audit_logs
    where user_id = ${String(LOUD_PERSON)} and company_id = ${String(companyOf(LOUD_PERSON))}
  ) as t order by t.timestamp desc, t.id desc
) to stdout`;

/** The largest evidence there is: it must cost the database's own time and hardly any memory. */
export const exportMillion: BenchRow = {
  name: 'export-million',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.auditDatabase(lab.options.rows);
    const reader = findCopyReader();
    // Once unmeasured, so that neither side is the first to read the rows from the disk.
    await reader.run(database.appUrl, COPY);
    const { subject, reference } = await interleave(
      lab,
      () => exportOnce(lab, database),
      () => reader.run(database.appUrl, COPY),
    );
    const peakMemoryMiB = medianOrNull(subject.map((of) => of.peakMiB));
    return [
      {
        name: 'export-million',
        what: `export of one person's ${String(lab.options.rows / 10)} audit rows through HTTP, wall time`,
        against: `COPY (select row_to_json … order by …) TO STDOUT of the same rows by ${reader.name}`,
        unit: 'ms',
        subject: subject.map(({ totalMs }) => totalMs),
        reference,
        target: { atMost: 1.3 },
        limits: [
          { what: 'peak memory over idle', unit: 'MiB', value: peakMemoryMiB, atMost: 60 },
          { what: 'first byte', unit: 'ms', value: median(subject.map((of) => of.firstByteMs)), atMost: 100 },
        ],
        subjectLatency: null,
        referenceLatency: null,
        peakMemoryMiB: null,
        notes: [
          `${String(Math.round((subject[0]?.bytes ?? 0) / 2 ** 20))} MiB of JSON; a new app process for every round`,
          `first byte each round: ${subject.map((of) => `${of.firstByteMs.toFixed(0)} ms`).join(', ')}`,
          `peak each round: ${subject.map((of) => `${of.peakMiB?.toFixed(0) ?? '-'} MiB`).join(', ')}`,
        ],
      },
    ];
  },
};

async function exportOnce(lab: Lab, database: BenchDatabase) {
  return withApp(lab, database, 'product', async (app) => {
    const quietAdmin = await signIn(app.url, companyOf(QUIET_PERSON));
    const admin = await signIn(app.url, companyOf(LOUD_PERSON));
    // A small one first: what code and connections take is not the export's, and idle means after some work.
    await download(`${app.url}/admin/users/${String(QUIET_PERSON)}/export-logs`, quietAdmin, '}');
    const memory = watchMemory(app.pid);
    const whole = await download(`${app.url}/admin/users/${String(LOUD_PERSON)}/export-logs`, admin, '}');
    return { ...whole, peakMiB: memory.stop() };
  });
}
