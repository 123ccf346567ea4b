import { startApp, type AppProcess } from '../apps/app-process.ts';
import { signIn, type Browser } from '../browser.ts';
import { download } from '../download.ts';
import { QUIET_PERSON, QUIET_ROWS } from '../data/fill-audit-logs.ts';
import { companyOf } from '../data/fill-people.ts';
import type { BenchDatabase, Lab } from '../lab.ts';
import { latencyOf } from '../load.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Latency, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { medianLatency } from '../statistics.ts';

/** Exports of one round, one after the other. */
const EXPORTS = 20;

/** A person's evidence costs what it holds, however much of others' stands beside it. */
export const exportSmall: BenchRow = {
  name: 'export-small',
  run: async (lab): Promise<Outcome[]> => {
    const { rows, smallRows } = lab.options;
    const large = await openSide(lab, await lab.auditDatabase(rows));
    const small = await openSide(lab, await lab.auditDatabase(smallRows));
    await exportAgain(large);
    await exportAgain(small);
    const memory = watchMemory(large.app.pid);
    const { subject, reference } = await interleave(
      lab,
      () => exportAgain(large),
      () => exportAgain(small),
    );
    const peakMemoryMiB = memory.stop();
    await large.app.stop();
    await small.app.stop();
    return [
      {
        name: 'export-small',
        what: `export of one person's ${String(QUIET_ROWS)} rows from a table of ${String(rows)}, median wall time`,
        against: `the same from a table of ${String(smallRows)}`,
        unit: 'ms',
        subject: subject.map(({ latency }) => latency.p50),
        reference: reference.map(({ latency }) => latency.p50),
        target: { atMost: 1.3 },
        limits: [],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB,
        notes: [`${String(EXPORTS)} exports a round`],
      },
    ];
  },
};

interface Side {
  app: AppProcess;
  admin: Browser;
}

async function openSide(lab: Lab, database: BenchDatabase): Promise<Side> {
  const app = await startApp(lab, database, 'product');
  return { app, admin: await signIn(app.url, companyOf(QUIET_PERSON)) };
}

async function exportAgain({ app, admin }: Side): Promise<{ latency: Latency }> {
  const times: number[] = [];
  for (let n = 0; n < EXPORTS; n += 1) {
    const { totalMs } = await download(
      `${app.url}/admin/users/${String(QUIET_PERSON)}/export-logs`,
      admin,
      '}',
    );
    times.push(totalMs);
  }
  return { latency: latencyOf(times) };
}
