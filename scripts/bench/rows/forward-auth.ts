import type autocannon from 'autocannon';
import { startApp, type AppProcess } from '../apps/app-process.ts';
import { signInAll, type Browser } from '../browser.ts';
import { enterWorkspace, WORKSPACE_DOMAIN } from '../apps/guest.ts';
import { runStatement } from '../lab.ts';
import { latencyOf, runLoad } from '../load.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { medianLatency } from '../statistics.ts';

const CONNECTIONS = 64;

/** The time that a proxy waits before each request to a workspace. */
export const forwardAuth: BenchRow = {
  name: 'forward-auth',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('forward_auth');
    const product = await startApp(lab, database, 'product', { WORKSPACE_DOMAIN });
    const bare = await startApp(lab, database, 'bare');
    const people = Array.from({ length: CONNECTIONS }, (_, n) => n + 1);
    const browsers = await signInAll(product.url, people);
    const [questions, lookUps] = [await questionsOf(product, browsers), browsers.map(lookUpOf)];
    const load = async (app: AppProcess, requests: autocannon.Request[][]) => {
      const { seconds } = lab.options;
      const result = await runLoad({ url: app.url, seconds, expectedStatus: 204, requests });
      return { latency: latencyOf(result.latenciesMs) };
    };
    await load(product, questions);
    await load(bare, lookUps);
    const memory = watchMemory(product.pid);
    const { subject, reference } = await interleave(
      lab,
      () => load(product, questions),
      () => load(bare, lookUps),
    );
    const peakMemoryMiB = memory.stop();
    await product.stop();
    await bare.stop();
    return [
      {
        name: 'forward-auth',
        what: `GET /workspace/forward-auth, ${String(CONNECTIONS)} connections of as many people, 99th percentile`,
        against: 'a bare Express handler that looks up the browser session in the same database',
        unit: 'ms',
        subject: subject.map(({ latency }) => latency.p99),
        reference: reference.map(({ latency }) => latency.p99),
        target: { atMost: 1.5 },
        limits: [],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB,
        notes: [await checkSessions(database.superUrl)],
      },
    ];
  },
};

async function questionsOf(app: AppProcess, browsers: Browser[]): Promise<autocannon.Request[][]> {
  const questions: autocannon.Request[][] = [];
  for (const browser of browsers) {
    const { host, headers } = await enterWorkspace(app, browser);
    const asked = { ...headers, 'x-forwarded-host': host, 'x-forwarded-method': 'GET' };
    questions.push([{ method: 'GET', path: '/workspace/forward-auth', headers: asked }]);
  }
  return questions;
}

function lookUpOf({ headers }: Browser): autocannon.Request[] {
  return [{ method: 'GET', path: '/session', headers }];
}

async function checkSessions(superUrl: string): Promise<string> {
  const [row] = await runStatement<{ sessions: string }>(
    superUrl,
    'select count(*) as sessions from workspace_sessions where connected_minutes > 0',
  );
  if (Number(row?.sessions) !== CONNECTIONS) throw new Error(`${String(row?.sessions)} sessions`);
  return `checked at the end: ${String(CONNECTIONS)} sessions with counted minutes`;
}
