import type pg from 'pg';
import { expect, it } from 'vitest';
import { useTestDatabase } from '../database.ts';
import { makeFresh, readFreshState } from './fresh-database.ts';

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
