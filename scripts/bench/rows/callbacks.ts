import { Agent, request } from 'node:http';
import pg from 'pg';
import { startApp, type AppProcess } from '../apps/app-process.ts';
import { startGatewayStandIn } from '../apps/gateway-stand-in.ts';
import type { BenchDatabase, Lab } from '../lab.ts';
import { latencyOf } from '../load.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Latency, Outcome } from '../outcome.ts';
import {
  checkAllPaid,
  makePendingPayments,
  notificationOf,
  type PendingPayment,
} from '../data/pending-payments.ts';
import { interleave } from '../rounds.ts';
import {
  recordSettlement,
  replaySettlement,
  type SettlementRecording,
} from '../data/settlement-recording.ts';
import { medianLatency } from '../statistics.ts';

const CONNECTIONS = 16;

/** Payments settled in a round. */
const PAYMENTS = 1_500;
const QUICK_PAYMENTS = 100;

/** The cost of HTTP, the signature and the product's code on top of the statements of a settlement. */
export const callbacks: BenchRow = {
  name: 'callbacks',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('callbacks');
    const gatewayUrl = await startGatewayStandIn(lab);
    const folder = lab.makeFolder('callbacks-recording');
    const recording = await recordSettlement(database, { folder, gatewayUrl });
    const app = await startApp(lab, database, 'product', { BENCH_GATEWAY_URL: gatewayUrl });
    const pool = new pg.Pool({ connectionString: database.appUrl, max: CONNECTIONS });
    const settleAll = (settle: Settle) => measureSettlements(lab, database, settle);
    const overHttp = createHttpSettle(app);
    const byStatements = createPoolSettle(pool, recording);
    await settleAll(overHttp);
    await settleAll(byStatements);
    const memory = watchMemory(app.pid);
    const { subject, reference } = await interleave(
      lab,
      () => settleAll(overHttp),
      () => settleAll(byStatements),
    );
    const peakMemoryMiB = memory.stop();
    await pool.end();
    await app.stop();
    return [
      {
        name: 'callbacks',
        what: `distinct callbacks through HTTP, ${String(CONNECTIONS)} connections, settled per second`,
        against: `the same ${String(recording.length)} statements of each by a bare pg pool of ${String(CONNECTIONS)}, no HTTP`,
        unit: 'payments/s',
        subject: subject.map(({ perSecond }) => perSecond),
        reference: reference.map(({ perSecond }) => perSecond),
        target: { atLeast: 0.5 },
        limits: [],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB,
        notes: [
          'with the question to the gateway, which production asks about each charge: a stand-in beside answers at once',
          'checked after every round: each answer is OK, each payment is paid and has one invoice of its own number',
        ],
      },
    ];
  },
};

/** Settles one payment, or throws. */
type Settle = (payment: PendingPayment) => Promise<void>;

async function measureSettlements(
  lab: Lab,
  database: BenchDatabase,
  settle: Settle,
): Promise<{ perSecond: number; latency: Latency }> {
  const payments = await makePendingPayments(database, lab.options.quick ? QUICK_PAYMENTS : PAYMENTS);
  const queue = [...payments];
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let payment = queue.shift(); payment !== undefined; payment = queue.shift()) {
        const calledAt = performance.now();
        await settle(payment);
        latenciesMs.push(performance.now() - calledAt);
      }
    }),
  );
  const elapsedMs = performance.now() - startedAt;
  await checkAllPaid(database, payments);
  return { perSecond: (1000 * payments.length) / elapsedMs, latency: latencyOf(latenciesMs) };
}

function createPoolSettle(pool: pg.Pool, recording: SettlementRecording): Settle {
  return async (payment) => {
    const client = await pool.connect();
    try {
      await replaySettlement(client, recording, payment);
    } finally {
      client.release();
    }
  };
}

function createHttpSettle({ url }: AppProcess): Settle {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  return (payment) =>
    new Promise((resolve, reject) => {
      const body = notificationOf(payment);
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      };
      const post = request(`${url}/billing/callback`, { method: 'POST', agent, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.once('end', () => {
          if (answer.statusCode === 200 && text === 'OK') resolve();
          else reject(new Error(`a notification was answered ${String(answer.statusCode)} ${text}`));
        });
      });
      post.once('error', reject);
      post.end(body);
    });
}
