import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { DatabaseConnection } from '../../src/db/database-connection.ts';
import { explainConnectionError, MigrationError } from './error.ts';

const LOCK_NAME = 'youarecoder migrations';

const POOLER =
  'this address leads to a pooler such as PgBouncer, which cannot hold the lock that keeps two machines from migrating ' +
  'at once: set MIGRATION_DATABASE_URL to Postgres itself';

/** How often a process that waits looks whether it is its turn. */
const RETRY_MS = 250;

/**
 * Runs `work` while no other machine migrates this database; a second machine waits here.
 *
 * 1. The lock is a session lock on its own connection, so Postgres releases it when this process is killed.
 * 2. `checkLock` throws when the connection was lost meanwhile.
 * 3. Throws `MigrationError` behind a pooler in transaction mode, which cannot hold such a lock.
 */
export async function withMigrationLock<T>(
  url: string,
  log: (line: string) => void,
  work: (checkLock: () => void) => Promise<T>,
): Promise<T> {
  const client = new DatabaseConnection({
    connectionString: url,
    application_name: 'youarecoder-migrate-lock',
    connectionTimeoutMillis: 10_000,
  });
  let lost: Error | undefined;
  client.on('error', (error) => {
    lost = error;
  });
  try {
    await connect(client, url);
    if (client.isPooled) throw new MigrationError(POOLER);
    await takeLock(client, log);
    return await work(() => {
      if (lost) throw new MigrationError(`the migration lock was lost: ${lost.message}`, { cause: lost });
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(client: pg.Client, url: string): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    throw explainConnectionError(error, url);
  }
  // Waiting is the purpose here, and a machine that loses power must not hold the lock for the usual two
  // hours.
  await client.query('set statement_timeout = 0');
  await client.query('set idle_session_timeout = 0');
  await client.query('set tcp_keepalives_idle = 30');
}

/**
 * Tries for the lock again and again. To wait inside one statement would hold a snapshot, and a `create index
 * concurrently` in the process that has the lock waits for every older snapshot. The two would wait for each
 * other for ever, and Postgres sees no deadlock, since two connections hold it.
 */
async function takeLock(client: pg.Client, log: (line: string) => void): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as taken',
      [LOCK_NAME],
    );
    if (rows[0]?.taken === true) return;
    if (attempt === 0) log('waiting: another process is migrating this database');
    await setTimeout(RETRY_MS);
  }
}
