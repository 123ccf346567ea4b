import { join } from 'node:path';
import { startApp, type AppProcess } from '../apps/app-process.ts';
import { signIn } from '../browser.ts';
import { enterWorkspace, startWorkspace } from '../apps/guest.ts';
import { latencyOf, runLoad } from '../load.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { medianLatency } from '../statistics.ts';
import { runningWorkspaces } from '../apps/workspace-environment.ts';

const CONNECTIONS = 32;
const PERSON = 1;

/**
 * Node compiles what it has run some thousand times; a gateway runs for weeks. As many rounds before the
 * first that counts.
 */
const WARM_UP_ROUNDS = 4;

/** The cost of deciding, counting and logging for a request that is proxied to a workspace. */
export const gateway: BenchRow = {
  name: 'gateway',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('gateway');
    const product = await startApp(lab, database, 'product', runningWorkspaces());
    const browser = await signIn(product.url, PERSON);
    await startWorkspace(lab, product, browser);
    const { host, headers } = await enterWorkspace(product, browser);
    const socket = join(product.folder, 'workspaces/.sockets', String(PERSON), 's');
    const bare = await startApp(lab, database, 'bare-proxy', { BENCH_UPSTREAM: socket });
    const load = async (app: AppProcess, seconds = lab.options.seconds) => {
      const request = { method: 'GET' as const, path: '/', headers: { ...headers, host } };
      const requests = Array.from({ length: CONNECTIONS }, () => [request]);
      const result = await runLoad({ url: app.url, seconds, expectedStatus: 200, requests });
      return { perSecond: result.answersPerSecond, latency: latencyOf(result.latenciesMs) };
    };
    await load(product, WARM_UP_ROUNDS * lab.options.seconds);
    await load(bare, WARM_UP_ROUNDS * lab.options.seconds);
    const memory = watchMemory(product.pid);
    const { subject, reference } = await interleave(
      lab,
      () => load(product),
      () => load(bare),
    );
    const peakMemoryMiB = memory.stop();
    await product.stop();
    await bare.stop();
    return [
      {
        name: 'gateway',
        what: `requests to a workspace through the gateway, ${String(CONNECTIONS)} connections, answers per second`,
        against: 'the proxy library httpxy alone, in front of the same program',
        unit: 'requests/s',
        subject: subject.map(({ perSecond }) => perSecond),
        reference: reference.map(({ perSecond }) => perSecond),
        target: { atLeast: 0.6 },
        limits: [],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB,
        notes: ['the program answers with a kilobyte on a Unix socket'],
      },
    ];
  },
};
