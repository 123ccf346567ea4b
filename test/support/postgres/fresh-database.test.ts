import type pg from 'pg';
import { expect, it } from 'vitest';
import { createTestDatabase, useTestDatabase, type TestDatabase } from '../database.ts';
import { makeFresh, readFreshState } from './fresh-database.ts';
import { plansOf } from './plans.ts';

const database = useTestDatabase();

it('does not give a database to the next file while a connection of it is held', async () => {
  const state = await readFreshState(database.ownerDb);
  const pool = database.db.client as {
    acquireConnection(): Promise<pg.Client>;
    releaseConnection(connection: pg.Client): Promise<void>;
  };
  const held = await pool.acquireConnection();
  expect(await makeFresh(database, state)).toBe(false);
  await pool.releaseConnection(held);
  expect(await makeFresh(database, state)).toBe(true);
});

it('does not give a database to the next file when a test has ended its pool', async () => {
  const own = await createTestDatabase({ isUnused: true });
  const state = await readFreshState(own.ownerDb);
  // As a pool that carries something: what it ends, the pool below does not notice.
  const carrier = own.db.withUserParams({});
  await carrier.destroy();
  carrier.initialize();
  await expect.poll(() => countClients(own)).toBe(0);
  expect(await makeFresh(own, state)).toBe(false);
  await carrier.destroy();
  await own.close();
});

it('lets a sequence begin again where it began in a new database', async () => {
  const state = await readFreshState(database.ownerDb);
  const next = async (): Promise<number> => {
    const { rows } = await database.ownerDb.raw<{ rows: { next: number }[] }>(
      "select nextval('security_events_forged_request') as next",
    );
    return rows[0]?.next ?? -1;
  };
  expect(await next()).toBe(0);
  expect(await makeFresh(database, state)).toBe(true);
  expect(await next()).toBe(0);
});

it('gives back the rows that a new database has, however often they are changed or removed', async () => {
  const state = await readFreshState(database.ownerDb);
  const read = async (): Promise<unknown[]> => [
    await database.ownerDb('audit_time_bounds'),
    await database.ownerDb('delivery_progress'),
    await database.ownerDb('companies'),
  ];
  const before = await read();
  for (const ahead of ['1 day', '2 days']) {
    await database.ownerDb('audit_time_bounds').update({ ahead });
    await database.ownerDb('delivery_progress').delete();
    await database.ownerDb('companies').insert({ name: 'Acme', subdomain: 'acme', created_at: new Date() });
    expect(await read()).not.toEqual(before);
    expect(await makeFresh(database, state)).toBe(true);
    expect(await read()).toEqual(before);
  }
});

it('gives no database to a test of plans that another file has used', async () => {
  const used = await createTestDatabase();
  await used.close();
  const unused = await createTestDatabase({ isUnused: true });
  expect(unused.appUrl).not.toBe(used.appUrl);
  await expect(plansOf(unused.db, (db) => db('users'))).resolves.toHaveLength(1);
  const again = await createTestDatabase();
  expect(again.appUrl).toBe(used.appUrl);
  await expect(plansOf(again.db, (db) => db('users'))).rejects.toThrow('isUnused');
  await Promise.all([unused.close(), again.close()]);
});

/** Connections of the app's role to a database. */
async function countClients({ ownerDb, appUrl }: TestDatabase): Promise<number> {
  const { rows } = await ownerDb.raw<{ rows: { count: number }[] }>(
    'select count(*) from pg_stat_activity where datname = current_database() and usename = ?',
    [new URL(appUrl).username],
  );
  return rows[0]?.count ?? 0;
}
