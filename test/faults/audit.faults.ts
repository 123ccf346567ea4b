import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres/embedded-postgres.ts';
import { runMigrations } from '../../scripts/migrations/run-migrations.ts';
import { createDb } from '../../src/db/db.ts';
import { buildCast } from '../support/programs/build.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startDatabaseProxy, type DatabaseProxy } from '../support/postgres/database-proxy.ts';
import { digestOfOtherTables, drainSpool, expectAllOnce, startLoad, type Said } from './load.ts';

const KILLS = 50;

let database: TestDatabase;
let road: DatabaseProxy;
let spool: string;
let isMounted = false;
let before: Record<string, string>;

beforeEach(async () => {
  database = await createTestDatabase();
  await buildCast(database.db);
  before = await digestOfOtherTables(database.ownerDb);
  road = await startDatabaseProxy(database.appUrl);
  spool = mkdtempSync(join(tmpdir(), 'audit-faults-'));
});

afterEach(async () => {
  expect(await digestOfOtherTables(database.ownerDb)).toEqual(before);
  await road.stop();
  await database.close();
  if (isMounted) execFileSync('umount', [spool]);
  isMounted = false;
  rmSync(spool, { recursive: true, force: true });
});

const through = (RUN: string): { DATABASE_URL: string; SPOOL_DIR: string; RUN: string } => ({
  DATABASE_URL: road.url,
  SPOOL_DIR: spool,
  RUN,
});

const upTo = (limit: number): number => Math.floor(Math.random() * limit);

describe('acknowledged audit events are in the table exactly once', () => {
  it(`after kill -9 at ${KILLS} random moments, with the database there and away`, async () => {
    const all: Said[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      const load = await startLoad(through(`kill-${round}`));
      await load.acknowledgements(1 + upTo(50));
      if (round % 2 === 1) await road.close();
      await load.acknowledgements(upTo(400));
      if (round % 4 === 3) await road.reopen();
      await load.acknowledgements(upTo(200));
      await load.kill();
      if (round % 4 === 1) await road.reopen();
      all.push(load.said);
    }
    await drainSpool(through('drain'));
    expect(await expectAllOnce(database.ownerDb, all)).toBeGreaterThan(KILLS);
  });

  it('after connections were cut in the middle of batches, 100 times', async () => {
    const load = await startLoad(through('cut'));
    await load.acknowledgements(1);
    for (let round = 0; round < 100; round += 1) {
      if (round % 2 === 0) road.loseAnswerTo('insert into audit_logs');
      else await road.close().then(road.reopen);
      await load.acknowledgements(1 + upTo(100));
    }
    await load.stop();
    expect(load.said.left).toBe(0);
    expect(await expectAllOnce(database.ownerDb, [load.said])).toBeGreaterThan(100);
  });

  it('after two processes on one spool folder were killed in turn', async () => {
    const all: Said[] = [];
    for (let round = 0; round < 10; round += 1) {
      const pair = [
        await startLoad(through(`one-${round}`)),
        await startLoad(through(`two-${round}`)),
      ] as const;
      await Promise.all(pair.map((load) => load.acknowledgements(10)));
      await road.close();
      await Promise.all(pair.map((load) => load.acknowledgements(upTo(200))));
      await pair[round % 2 === 0 ? 0 : 1].kill();
      await road.reopen();
      const survivor = pair[round % 2 === 0 ? 1 : 0];
      await survivor.acknowledgements(50);
      await (round % 3 === 0 ? survivor.kill() : survivor.stop());
      all.push(...pair.map(({ said }) => said));
    }
    await drainSpool(through('drain'));
    expect(await expectAllOnce(database.ownerDb, all)).toBeGreaterThan(100);
  });

  it('after Postgres itself was killed and restarted under load, five times', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'postgres-faults-'));
    const start = (): ReturnType<typeof startEmbeddedPostgres> =>
      startEmbeddedPostgres({ dataDir, log: () => undefined });
    let postgres = await start();
    await runMigrations({ ownerUrl: postgres.ownerUrl, log: () => undefined });
    const load = await startLoad({ DATABASE_URL: postgres.ownerUrl, SPOOL_DIR: spool, RUN: 'postgres' });
    for (let round = 0; round < 5; round += 1) {
      await load.acknowledgements(200 + upTo(300));
      await killServer(postgres.ownerUrl);
      await load.acknowledgements(100);
      const port = new URL(postgres.ownerUrl).port;
      postgres = await start();
      expect(new URL(postgres.ownerUrl).port).toBe(port);
    }
    await load.acknowledgements(200);
    await load.stop();
    await drainSpool({ DATABASE_URL: postgres.ownerUrl, SPOOL_DIR: spool });
    const db = createDb({ url: postgres.ownerUrl });
    expect(await expectAllOnce(db, [load.said])).toBeGreaterThan(1000);
    await db.destroy();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
});

const mayMount = canMount();

describe.skipIf(!mayMount)('a disk that does not help (skipped where nothing may be mounted)', () => {
  it('loses only what it says it lost when the disk is full', async () => {
    mountSpool('size=128k');
    const load = await startLoad(through('disk'));
    await load.acknowledgements(50);
    await road.close();
    await load.acknowledgements(2000);
    await road.reopen();
    await load.acknowledgements(100);
    await load.stop();
    expect(load.said.givenUp.size).toBeGreaterThan(0);
    expect(load.said.givenUp.size).toBeLessThan(load.said.acknowledged.size);
    await expectAllOnce(database.ownerDb, [load.said]);
  });

  it('goes on when the folder is read-only, and writes to the table what it can', async () => {
    mountSpool('size=1m,ro');
    const load = await startLoad(through('read-only'));
    await load.acknowledgements(50);
    await road.close();
    await load.acknowledgements(100);
    await road.reopen();
    await load.acknowledgements(1000);
    await load.stop();
    expect(load.said.givenUp.size).toBeGreaterThan(0);
    expect(await expectAllOnce(database.ownerDb, [load.said])).toBeGreaterThan(50);
  });
});

function mountSpool(options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', spool]);
  isMounted = true;
}

/** Only root may, and not in every container. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Kills the postmaster, whose children end when they notice that it is gone. */
async function killServer(url: string): Promise<void> {
  const db = createDb({ url, poolMax: 1 });
  const { rows } = await db.raw<{ rows: { pid: number }[] }>('select pg_backend_pid() as pid');
  const parent = execFileSync('ps', ['-o', 'ppid=', '-p', String(rows[0]?.pid)], { encoding: 'utf8' });
  process.kill(Number(parent), 'SIGKILL');
  await db.destroy();
}
