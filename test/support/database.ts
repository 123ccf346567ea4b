import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { createDb } from '../../src/db/db.ts';
import { makeFresh, readFreshState, type FreshState } from './postgres/fresh-database.ts';
import { urlOf } from './programs/test-server.ts';

/** A migrated database for one test file, as empty as a new one. */
export interface TestDatabase {
  /** The app's role, which append-only tables refuse. */
  db: Knex;
  /** Other connections of the app's role, as in the server: for browser sessions and for recorders. */
  sessionsDb: Knex;
  recordersDb: Knex;
  /** The role that owns the tables. */
  ownerDb: Knex;
  appUrl: string;
  ownerUrl: string;
  /** Ends the use of it: the database goes back to those that are free, or is dropped. */
  close(): Promise<void>;
}

/** Databases that files of this process have used, emptied since. */
const free: TestDatabase[] = [];

/** The app's connections to those that were given to another file. */
const reused = new WeakSet<Knex>();

/** True for a database that another file has used, and that was emptied. */
export function isReused({ db }: Pick<TestDatabase, 'db'>): boolean {
  return reused.has(db);
}

interface DatabaseNeeds {
  /** A database without any table, for tests of migrations. */
  isEmpty?: boolean;
  /**
   * A new clone, for tests of plans. In one that was emptied Postgres plans by pages and statistics that
   * rows of other files have left behind.
   */
  isUnused?: boolean;
}

/**
 * A free database, or a clone of the migrated template. To connect anew costs far more than to empty tables,
 * so a database is used again with its open connections, unless a test has changed more than rows.
 */
export async function createTestDatabase(needs: DatabaseNeeds = {}): Promise<TestDatabase> {
  if (needs.isEmpty === true) return makeDatabase({ isEmpty: true });
  const kept = needs.isUnused === true ? undefined : free.pop();
  if (kept !== undefined) reused.add(kept.db);
  const database = kept ?? (await makeDatabase({ isEmpty: false }));
  const state = (fresh ??= await readFreshState(database.ownerDb));
  const close = async (): Promise<void> => {
    if (await makeFresh(database, state)) free.push(database);
    else await database.close();
  };
  return { ...database, close };
}

/** The state of a new clone. All clones are equal, so it is read once. */
let fresh: FreshState | undefined;

async function makeDatabase(options: { isEmpty: boolean }): Promise<TestDatabase> {
  const { adminUrl, appRole, appPassword, template, prefix } = inject('testServer');
  const name = `${prefix}_${randomBytes(5).toString('hex')}`;
  await runAsAdmin(`create database ${name}${options.isEmpty ? '' : ` template ${template}`}`);
  const ownerUrl = urlOf(adminUrl, name);
  const appUrl = urlOf(adminUrl, name, { name: appRole, password: appPassword });
  const db = createDb({ url: appUrl });
  const sessionsDb = createDb({ url: appUrl, poolMax: 4 });
  const recordersDb = createDb({ url: appUrl, poolMax: 2 });
  const ownerDb = createDb({ url: ownerUrl, poolMax: 2 });
  const pools = { db, sessionsDb, recordersDb, ownerDb };
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(pools).map((pool) => pool.destroy()));
    await dropDatabase(name);
  };
  return { ...pools, appUrl, ownerUrl, close };
}

/**
 * Registers the creation and dropping of a database for this test file. The returned object is filled before
 * the first test.
 */
export function useTestDatabase(needs: DatabaseNeeds = {}): TestDatabase {
  const holder = {} as TestDatabase;
  let made: TestDatabase | undefined;
  beforeAll(async () => {
    made = await createTestDatabase(needs);
    Object.assign(holder, made);
  });
  afterAll(() => made?.close());
  return holder;
}

/** Makes the partitions of the months to come, which a cloned database lacks, as the first migrations do. */
export async function makeMonthsAhead({ ownerDb }: TestDatabase): Promise<void> {
  for (const table of ['audit_logs', 'workspace_sessions'])
    await ownerDb.raw('select make_partitions(?, 3)', [table]);
}

/**
 * Drops by force, since a process under test may live on. Where autovacuum is at work, which only a superuser
 * may end, it waits instead.
 */
async function dropDatabase(name: string): Promise<void> {
  try {
    await runAsAdmin(`drop database if exists ${name} with (force)`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    await runAsAdmin(`drop database if exists ${name}`);
  }
}

/**
 * The connection of this process, for every file that it runs: a new one costs as much as creating the
 * database.
 */
let admin: Promise<pg.Client> | undefined;

async function runAsAdmin(statement: string): Promise<void> {
  admin ??= connectAsAdmin();
  await (await admin).query(statement);
}

async function connectAsAdmin(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: inject('testServer').adminUrl });
  client.on('error', () => (admin = undefined));
  await client.connect();
  // The process ends without waiting for it; the types of pg lack the method.
  (client as pg.Client & { unref(): void }).unref();
  return client;
}
