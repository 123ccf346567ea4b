import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildUser } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const test = useTestApp();

/**
 * Makes new connections of the app's role read-only, as on a server that was demoted, and cuts those that
 * exist.
 */
async function turnReadOnly(word: 'on' | 'off'): Promise<void> {
  const name = new URL(test.database.appUrl).pathname.slice(1);
  await test.database.ownerDb.raw(`alter database ?? set default_transaction_read_only = ${word}`, [name]);
  if (word === 'on')
    await test.database.ownerDb.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and usename <> current_user`,
    );
}

const SOON = { timeout: 10_000 };

const spooled = (): number => test.auditWriter.state().spooledEvents;
const readiness = async (): Promise<string> =>
  ((await supertest(test.app).get('/readyz')).body as { checks: { database: string } }).checks.database;

describe('after a fail-over that left the app on a server which became read-only', () => {
  it('says so, and gives only good answers and empties its spool within seconds of being writable again', async () => {
    const person = await buildUser(test.db);
    const visitor = await signIn(test.app, person);
    const load = startLoad(async () => {
      const attempt = await new Visitor(test.app).post('/auth/login', {
        email: 'nobody@example.com',
        password: 'wrong',
      });
      const page = await visitor.get('/workspace');
      return attempt.status < 500 && page.status === 200;
    });
    await expect.poll(load.goodInARow, SOON).toBeGreaterThan(0);
    const badBefore = load.bad();
    await turnReadOnly('on');
    await expect.poll(readiness, SOON).toBe('read-only');
    await expect.poll(load.bad, SOON).toBeGreaterThan(badBefore);
    await expect.poll(spooled, SOON).toBeGreaterThan(0);
    await turnReadOnly('off');
    await expect.poll(load.goodInARow, SOON).toBeGreaterThan(15);
    await expect.poll(spooled, { timeout: 15_000 }).toBe(0);
    expect(await readiness()).toBe('ok');
    await load.stop();
  }, 60_000);
});

/** Asks without end. */
function startLoad(ask: () => Promise<boolean>): {
  goodInARow(): number;
  bad(): number;
  stop(): Promise<void>;
} {
  const state = { goodInARow: 0, bad: 0, isOver: false };
  const run = async (): Promise<void> => {
    while (!state.isOver) {
      const isGood = await ask().catch(() => false);
      state.goodInARow = isGood ? state.goodInARow + 1 : 0;
      if (!isGood) state.bad += 1;
    }
  };
  const running = run();
  return {
    goodInARow: () => state.goodInARow,
    bad: () => state.bad,
    stop: async () => {
      state.isOver = true;
      await running;
    },
  };
}
