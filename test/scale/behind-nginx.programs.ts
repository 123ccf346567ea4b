import { Agent } from 'node:http';
import type { Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDb } from '../../src/db/db.ts';
import { EmbeddedPostgresError, findBinaries } from '../../scripts/embedded-postgres/binaries.ts';
import { startAppProcess, type AppProcess } from '../support/programs/app-process.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { findNginx, startNginx } from '../support/programs/nginx.ts';
import { fillSample } from '../support/programs/proxy-sample.ts';
import { freePort, startReplicatedPostgres, type ReplicatedPostgres } from '../support/postgres/replica.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';

const nginxProgram = findNginx();
const hasPostgres = await findBinaries().then(
  () => true,
  (error: unknown) => {
    if (!(error instanceof EmbeddedPostgresError)) throw error;
    console.log(`skipped: ${error.message}`);
    return false;
  },
);

/** The address that nginx truly sees. */
const TRUE_ADDRESS = '127.0.0.2';
const FORGED_ADDRESS = '198.51.100.66';

let postgres: ReplicatedPostgres;
let db: Knex;
let cast: Cast;
let processes: AppProcess[] = [];
let url: string;
let admin: Visitor;
const stops: (() => Promise<void>)[] = [];

/** The sum of a counter over both processes. */
async function count(name: string, labels?: Record<string, string>): Promise<number> {
  const counts = await Promise.all(processes.map((process) => process.count(name, labels)));
  return counts.reduce((sum, one) => sum + one, 0);
}

const readsFrom = (target: string, reason: string): Promise<number> =>
  count('database_reads_total', { target, reason });

/** Bob signs in with a browser of that name: a row of Acme's trail that is committed when this resolves. */
async function signInBob(browser: string): Promise<void> {
  await signIn(url, cast.bob, { 'user-agent': browser });
}

/** Whether the audit viewer shows what that browser did. */
async function viewerShows(browser: string): Promise<boolean> {
  const { status, text } = await admin.get('/admin/audit');
  expect(status).toBe(200);
  return text.includes(browser);
}

async function exportShows(browser: string): Promise<boolean> {
  const { status, text } = await admin.get(`/admin/users/${String(cast.bob.id)}/export-logs`);
  expect(status).toBe(200);
  const bundle = JSON.parse(text) as { audit_logs: { user_agent: string | null }[] };
  return bundle.audit_logs.some(({ user_agent }) => user_agent === browser);
}

describe.skipIf(nginxProgram === null || !hasPostgres)('two processes and a replica behind nginx', () => {
  beforeAll(async () => {
    postgres = await startReplicatedPostgres();
    stops.push(postgres.close);
    db = createDb({ url: postgres.primaryUrl });
    stops.push(() => db.destroy());
    cast = await buildCast(db);
    const port = await freePort();
    url = `http://127.0.0.1:${String(port)}`;
    const env = {
      BASE_URL: url,
      DATABASE_URL: postgres.primaryUrl,
      DATABASE_REPLICA_URL: postgres.replicaUrl,
      // Generous, since the machine that runs the tests may be busy: the viewer waits two seconds.
      DATABASE_REPLICA_WAIT_MS: '10000',
      TRUST_PROXY: '1',
    };
    processes = await Promise.all([startAppProcess(env), startAppProcess(env)]);
    for (const { kill } of processes) stops.push(kill);
    const upstreams = processes.map((process) => process.port);
    const site = fillSample('proxies/nginx/youarecoder.conf', [
      ['listen 443 ssl;', `listen 127.0.0.1:${String(port)};`],
      ['ssl_certificate /etc/ssl/app.example.com.pem;', ''],
      ['ssl_certificate_key /etc/ssl/app.example.com.key;', ''],
      ['127.0.0.1:3000', `127.0.0.1:${String(upstreams[0])}`],
      ['127.0.0.1:3001', `127.0.0.1:${String(upstreams[1])}`],
    ]);
    const nginx = await startNginx(nginxProgram ?? '', { port, site });
    stops.push(nginx.stop);
  }, 120_000);

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  it('write the address that nginx saw into the evidence, and not the one that a client claims', async () => {
    const connections = new Agent({ localAddress: TRUE_ADDRESS });
    const forged = { 'x-forwarded-for': FORGED_ADDRESS };
    admin = await signIn(url, cast.alice, forged, connections);
    const row = await db('audit_logs')
      .where({ user_id: cast.alice.id, action_type: 'login', success: true })
      .first<{ ip_address: string } | undefined>('ip_address');
    expect(row?.ip_address).toBe(TRUE_ADDRESS);
  });

  it('serve one browser session in turn', async () => {
    for (let request = 0; request < 6; request += 1) expect((await admin.get('/workspace')).status).toBe(200);
    for (const process of processes) {
      expect(await process.count('http_request_duration_seconds_count', { route: '/workspace/' })).toBe(3);
    }
  });

  it('keep their numbers from the outside', async () => {
    expect((await admin.get('/metrics')).status).toBe(404);
  });

  it('read the viewer and exports from the replica, complete although they come right after a write', async () => {
    const rounds = 5;
    for (let round = 0; round < rounds; round += 1) {
      await signInBob(`view ${String(round)}`);
      expect(await viewerShows(`view ${String(round)}`)).toBe(true);
      await signInBob(`export ${String(round)}`);
      expect(await exportShows(`export ${String(round)}`)).toBe(true);
    }
    expect(await readsFrom('replica', 'caught-up')).toBe(2 * rounds);
    expect(await count('database_reads_total', { target: 'primary' })).toBe(0);
    const { rows } = await postgres.replicaAdmin.query<{ clients: string }>(
      "select count(*) as clients from pg_stat_activity where application_name = 'youarecoder-replica'",
    );
    expect(Number(rows[0]?.clients)).toBeGreaterThan(0);
  });

  it('do scheduled work once', async () => {
    for (const job of ['expire-pending-payments', 'sweep-auth']) {
      expect(await count('scheduled_job_runs_total', { job })).toBe(1);
    }
  });

  it('read from the primary while the replica is behind, as complete as ever', async () => {
    await postgres.replicaAdmin.query('select pg_wal_replay_pause()');
    await signInBob('while paused');
    for (const shows of [viewerShows, viewerShows, exportShows, exportShows]) {
      expect(await shows('while paused')).toBe(true);
    }
    expect(await readsFrom('primary', 'lag')).toBe(4);
    await postgres.replicaAdmin.query('select pg_wal_replay_resume()');
  });

  it('go on with the other process when one is killed', async () => {
    await processes[0]?.kill();
    processes = processes.slice(1);
    for (let request = 0; request < 6; request += 1) {
      expect((await admin.get('/workspace')).status).toBe(200);
    }
    await signInBob('after the kill');
    expect(await viewerShows('after the kill')).toBe(true);
  });

  it('read from the primary when the replica is gone', async () => {
    await postgres.stopReplica();
    await signInBob('without a replica');
    expect(await viewerShows('without a replica')).toBe(true);
    expect(await exportShows('without a replica')).toBe(true);
    const { body } = await admin.get('/readyz');
    expect(body.replica.status).toBe('left-alone');
    expect(body.status).toBe('ok');
  });
});
