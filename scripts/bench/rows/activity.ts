import { setTimeout as sleep } from 'node:timers/promises';
import type autocannon from 'autocannon';
import { MIN_ACTIVITY_GAP_SECONDS } from '../../../src/workspace/sessions/touch-rule.ts';
import { startApp, type AppProcess } from '../apps/app-process.ts';
import { postForm, signInAll, type Browser } from '../browser.ts';
import { runStatement, type BenchDatabase } from '../lab.ts';
import { latencyOf, runLoad } from '../load.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { medianLatency } from '../statistics.ts';

const CONNECTIONS = 64;

/** The cost of a report of use beyond the cost of knowing its sender. */
export const activity: BenchRow = {
  name: 'activity',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('activity');
    const product = await startApp(lab, database, 'product');
    const bare = await startApp(lab, database, 'bare');
    const people = Array.from({ length: CONNECTIONS }, (_, n) => n + 1);
    const requests = await openWorkspaces(product, await signInAll(product.url, people));
    const load = async (app: AppProcess, seconds: number) => {
      const result = await runLoad({ url: app.url, seconds, expectedStatus: 204, requests });
      return { perSecond: result.answersPerSecond, latency: latencyOf(result.latenciesMs) };
    };
    // Waits until also the first report of the shortest run counts, as most reports of a day do.
    await sleep(MIN_ACTIVITY_GAP_SECONDS * 1000);
    await load(product, lab.options.seconds);
    await load(bare, lab.options.seconds);
    const memory = watchMemory(product.pid);
    const { subject, reference } = await interleave(
      lab,
      () => load(product, lab.options.seconds),
      () => load(bare, lab.options.seconds),
    );
    const peakMemoryMiB = memory.stop();
    await product.stop();
    await bare.stop();
    return [
      {
        name: 'activity',
        what: `activity touches through HTTP, ${String(CONNECTIONS)} browsers, answers per second`,
        against: 'a bare Express handler behind the same browser sessions',
        unit: 'touches/s',
        subject: subject.map(({ perSecond }) => perSecond),
        reference: reference.map(({ perSecond }) => perSecond),
        target: { atLeast: 0.8 },
        limits: [],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB,
        notes: [await checkCounted(database)],
      },
    ];
  },
};

/** Each person opens the workspace with their own number; the reports are those of the page's script. */
async function openWorkspaces(app: AppProcess, browsers: Browser[]): Promise<autocannon.Request[][]> {
  const requests: autocannon.Request[][] = [];
  for (const browser of browsers) {
    const path = `/workspace/${String(browser.person)}`;
    await postForm(app.url, `${path}/open`, browser, 303);
    const page = await fetch(app.url + path, { headers: browser.headers });
    const workspaceSessionId = /data-workspace-session="(\d+)"/.exec(await page.text())?.[1];
    if (workspaceSessionId === undefined) throw new Error(`${path} shows no open session`);
    requests.push([
      {
        method: 'POST',
        path: `${path}/activity`,
        headers: {
          ...browser.headers,
          accept: 'application/json',
          'x-csrf-token': browser.formToken,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ sessionId: workspaceSessionId }).toString(),
      },
    ]);
  }
  return requests;
}

/** Read when the app has stopped, so that what it had not written yet is written. */
async function checkCounted({ superUrl }: BenchDatabase): Promise<string> {
  const [row] = await runStatement<{ sessions: string; least: number }>(
    superUrl,
    'select count(*) as sessions, min(activity_count) as least from workspace_sessions',
  );
  if (Number(row?.sessions) !== CONNECTIONS || (row?.least ?? 0) < 1) {
    throw new Error('a session without any counted activity');
  }
  return `checked at the end: ${String(CONNECTIONS)} sessions, each with at least ${String(row?.least)} counted touches`;
}
