import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../scripts/embedded-postgres/embedded-postgres.ts';
import { findBinaries } from '../../scripts/embedded-postgres/binaries.ts';
import { startChild } from '../support/programs/child.ts';

const script = fileURLToPath(
  new URL('../../scripts/embedded-postgres/embedded-postgres.ts', import.meta.url),
);
const running: EmbeddedPostgres[] = [];
const lines: string[] = [];
let folder: string;
let dataDir: string;

beforeAll(() => {
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'youarecoder-embedded-'));
  chmodSync(folder, 0o755);
  dataDir = join(folder, 'postgres');
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  lines.length = 0;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function start(forTests = false): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, forTests, log: (line) => lines.push(line) });
  running.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** No system gives it out. */
const NAMELESS = 1_234_567;

function mayMakeNamespaces(): boolean {
  const options = ['--user', '--map-user=65534', '--map-group=65534', 'true'];
  return spawnSync('unshare', options, { uid: NAMELESS, gid: NAMELESS }).status === 0;
}

function readPid(): number {
  return Number(readFileSync(join(dataDir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

// Starting a server takes a second, and a busy machine is slow at it.
describe('the embedded Postgres', { timeout: 60_000 }, () => {
  it('starts from nothing, with an owner and an app that are no superusers', async () => {
    const { ownerUrl, appUrl, adopted } = await start();
    expect(adopted).toBe(false);
    const role =
      'select rolname, rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user';
    const plain = { rolsuper: false, rolcreatedb: false, rolcreaterole: false };
    expect(await query(ownerUrl, role)).toEqual([{ rolname: 'youarecoder_owner', ...plain }]);
    expect(await query(appUrl, role)).toEqual([{ rolname: 'youarecoder_app', ...plain }]);
    await query(ownerUrl, `create table kept as select 'İstanbul' as name`);
    await expect(query(appUrl, 'create table other ()')).rejects.toThrow('permission denied');
  });

  it('can be reached from this machine only, and with a password only', async () => {
    const { appUrl } = await start();
    expect(await query(appUrl, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const url = new URL(appUrl);
    url.password = 'wrong';
    await expect(query(url.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect(statSync(join(dataDir, 'settings.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'data')).mode & 0o777).toBe(0o700);
  });

  it('keeps data, passwords and port between two starts', async () => {
    const first = await start();
    await first.stop();
    await expect(query(first.ownerUrl, 'select 1')).rejects.toThrow('ECONNREFUSED');
    const second = await start();
    expect(second).toMatchObject({ ownerUrl: first.ownerUrl, appUrl: first.appUrl, adopted: false });
    expect(await query(second.ownerUrl, 'select name from kept')).toEqual([{ name: 'İstanbul' }]);
  });

  it('is not reached by what the environment says of other servers', async () => {
    const theirs = {
      PGSSLMODE: 'require',
      PGHOST: '203.0.113.1',
      PGOPTIONS: '-c default_transaction_read_only=on',
    };
    Object.assign(process.env, theirs);
    onTestFinished(() => {
      for (const name of Object.keys(theirs)) Reflect.deleteProperty(process.env, name);
    });
    const { ownerUrl } = await start();
    expect(await query(ownerUrl, 'create table in_spite_of_them ()')).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0 && mayMakeNamespaces())(
    'starts as a user who has no name in this system',
    async () => {
      const itsHome = join(folder, 'nameless');
      mkdirSync(itsHome, { mode: 0o755 });
      chownSync(itsHome, NAMELESS, NAMELESS);
      const server = await startEmbeddedPostgres({ dataDir: itsHome, forTests: true, log: () => undefined });
      running.push(server);
      expect(await query(server.appUrl, 'select 1 as answer')).toEqual([{ answer: 1 }]);
      expect(statSync(join(itsHome, 'data')).uid).toBe(NAMELESS);
    },
  );

  it('leaves nothing behind when the very first start is interrupted', async () => {
    const first = join(folder, 'first');
    const child = await startChild('scripts/start.ts', { env: { DATA_DIR: first } });
    const ended = once(child, 'exit');
    await expect.poll(() => existsSync(join(first, 'postgres', 'data.new')), { timeout: 20_000 }).toBe(true);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    const left = readdirSync(join(first, 'postgres'));
    expect(left).not.toEqual(expect.arrayContaining([expect.stringMatching(/lock|data\.new|password/)]));
    expect(existsSync(join(first, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
  });

  it('is shared by those who start it at the same time, and ends with the last of them', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect([first.adopted, second.adopted].sort()).toEqual([false, true]);
    await first.stop();
    await first.stop();
    expect(await query(second.appUrl, 'select 1 as answer')).toEqual([{ answer: 1 }]);
    await second.stop();
    await expect(query(second.appUrl, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('is taken over, still running, after the app was killed', async () => {
    const text = `import { startEmbeddedPostgres } from '${script}';
      const server = await startEmbeddedPostgres({ dataDir: '${dataDir}', log: () => undefined });
      console.log(server.ownerUrl);
      setInterval(() => undefined, 1000);`;
    const child = await startChild({ text });
    const [ownerUrl] = (await once(child.stdout, 'data')) as [Buffer];
    const pid = readPid();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const server = await start();
    expect(server).toMatchObject({ adopted: true, ownerUrl: ownerUrl.toString().trim() });
    expect(readPid()).toBe(pid);
    await server.stop();
    await expect(query(server.ownerUrl, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('starts again, with the data, after it was killed itself', async () => {
    const killed = await start();
    await query(killed.ownerUrl, 'create table written_before_the_kill ()');
    process.kill(readPid(), 'SIGKILL');
    const server = await start();
    expect(server.adopted).toBe(false);
    expect(await query(server.ownerUrl, 'select from written_before_the_kill')).toEqual([]);
  });

  it('is not kept from starting by another process that got the process id of the killed one', async () => {
    await (await start()).stop();
    writeFileSync(
      join(dataDir, 'data', 'postmaster.pid'),
      `${String(process.pid)}\n${dataDir}/data\n0\n1\n\n127.0.0.1\n`,
    );
    expect((await start()).adopted).toBe(false);
  });

  it('takes another port, and says so, when its own was taken meanwhile', async () => {
    const before = await start();
    await before.stop();
    const port = Number(new URL(before.ownerUrl).port);
    const intruder = createServer().listen(port, '127.0.0.1');
    await once(intruder, 'listening');
    const after = await start();
    intruder.close();
    const newPort = new URL(after.ownerUrl).port;
    expect(lines).toEqual([`port ${String(port)} is taken: the embedded Postgres is on ${newPort} now`]);
    expect(await query(after.ownerUrl, 'select name from kept')).toHaveLength(1);
  });

  it('says in one sentence what to do on a machine without a Postgres for it', async () => {
    await expect(findBinaries('aix-ppc64')).rejects.toThrow(
      /^There is no embedded Postgres for aix-ppc64 .*DATABASE_URL/,
    );
  });

  it('says which file is missing when its passwords are gone', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(join(broken, 'data'), { recursive: true });
    const started = startEmbeddedPostgres({ dataDir: broken, log: () => undefined });
    await expect(started).rejects.toThrow(`${join(broken, 'settings.json')} is missing`);
  });

  it.runIf(process.getuid?.() === 0)(
    'as root, keeps its data elsewhere when its user may not enter the folder',
    async () => {
      const closed = join(folder, 'closed');
      mkdirSync(closed, { mode: 0o700 });
      dataDir = join(closed, 'postgres');
      const server = await start(true);
      const elsewhere = readFileSync(join(dataDir, 'location'), 'utf8').trim();
      onTestFinished(async () => {
        await server.stop();
        rmSync(elsewhere, { recursive: true, force: true });
      });
      expect(lines).toEqual([
        `Postgres does not run as root, and other users may not enter ${closed}: its data is in ${elsewhere}`,
      ]);
      expect(await query(server.ownerUrl, 'select 1 as answer')).toEqual([{ answer: 1 }]);
      expect(await start(true)).toMatchObject({ adopted: true, ownerUrl: server.ownerUrl });
    },
  );
});
