import { auditRecord } from '../../../src/audit/audit-record.ts';
import { createDb } from '../../../src/db/db.ts';
import { withApp } from '../apps/app-process.ts';
import { signIn } from '../browser.ts';
import { findCopyReader } from '../data/copy-rows.ts';
import { download } from '../download.ts';
import { LOUD_PERSON, QUIET_PERSON } from '../data/fill-audit-logs.ts';
import { companyOf } from '../data/fill-people.ts';
import { bundleLines } from '../data/log-rows.ts';
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

/** Against the copy: the records alone, and the whole file, which may take 1.3 times as long as these. */
const [AS_COPY, WITH_PROOF] = [1.3, 1.69];

/**
 * The largest evidence there is: it must cost the database's own time and hardly any memory. The records
 * alone are held against the copy, and so is the whole file, to which the proof adds as much as
 * `export-proof` says.
 */
export const exportMillion: BenchRow = {
  name: 'export-million',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.auditDatabase(lab.options.rows);
    const reader = findCopyReader();
    // Once unmeasured, so that neither side is the first to read the rows from the disk.
    await reader.run(database.appUrl, COPY);
    const { subject, reference } = await interleave(
      lab,
      async () => ({ ...(await exportOnce(lab, database)), recordsMs: await readRecords(database) }),
      () => reader.run(database.appUrl, COPY),
    );
    const peakMemoryMiB = medianOrNull(subject.map((of) => of.peakMiB));
    const rows = String(lab.options.rows / 10);
    const against = `COPY (select row_to_json … order by …) TO STDOUT of the same rows by ${reader.name}`;
    return [
      {
        name: 'export-records',
        what: `the evidence of one person's ${rows} audit rows without a proof, in the process, wall time`,
        against,
        unit: 'ms',
        subject: subject.map(({ recordsMs }) => recordsMs),
        reference,
        target: { atMost: AS_COPY },
        limits: [],
        subjectLatency: null,
        referenceLatency: null,
        peakMemoryMiB: null,
        notes: [],
      },
      {
        name: 'export-million',
        what: `export of one person's ${rows} audit rows with their proof through HTTP, wall time`,
        against,
        unit: 'ms',
        subject: subject.map(({ totalMs }) => totalMs),
        reference,
        target: { atMost: WITH_PROOF },
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

/** How long the evidence without a proof takes that nobody keeps, in milliseconds. */
async function readRecords({ appUrl }: BenchDatabase): Promise<number> {
  const db = createDb({ url: appUrl, poolMax: 2 });
  try {
    const startedAt = performance.now();
    let bytes = 0;
    const person = { userId: LOUD_PERSON, companyId: companyOf(LOUD_PERSON) };
    for await (const piece of bundleLines(db, person)) bytes += piece.length;
    if (bytes === 0) throw new Error('a bundle without a byte');
    return performance.now() - startedAt;
  } finally {
    await db.destroy();
  }
}

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
