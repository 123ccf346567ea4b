import { join } from 'node:path';
import { findAddressFault } from '../../src/config/database-address.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/embedded-postgres.ts';
import { hasEmbeddedPostgres } from '../embedded-postgres/home.ts';
import { MigrationError } from '../migrations/error.ts';

interface FoundDatabase {
  /** Address of the role that owns the tables. */
  ownerUrl: string;
  /** Address of the app's role; the same as `ownerUrl` when only one is set. */
  appUrl: string;
  /** Ends an embedded server that nobody else uses. To be called last. */
  stop(): Promise<void>;
}

/**
 * The database that a command works on: MIGRATION_DATABASE_URL and DATABASE_URL. Outside production it is
 * otherwise the embedded server of `npm start` in DATA_DIR (default `.data`), started when it does not run.
 * Throws `MigrationError` or `EmbeddedPostgresError`, each with one sentence, when there is none.
 */
export async function findDatabase(
  env: Record<string, string | undefined>,
  log: (line: string) => void,
): Promise<FoundDatabase> {
  const appUrl = (env['DATABASE_URL'] ?? '').trim();
  const ownerUrl = (env['MIGRATION_DATABASE_URL'] ?? '').trim();
  for (const [name, address] of Object.entries({ DATABASE_URL: appUrl, MIGRATION_DATABASE_URL: ownerUrl })) {
    const fault = address === '' ? null : findAddressFault(address);
    if (fault !== null) throw new MigrationError(`${name}: ${fault}`);
  }
  if (appUrl !== '' || ownerUrl !== '') {
    return { ownerUrl: ownerUrl || appUrl, appUrl: appUrl || ownerUrl, stop: () => Promise.resolve() };
  }
  const dataDir = join(env['DATA_DIR'] ?? '.data', 'postgres');
  if (env['NODE_ENV'] !== 'production' && hasEmbeddedPostgres(dataDir)) {
    return startEmbeddedPostgres({ dataDir, log });
  }
  throw new MigrationError(
    'DATABASE_URL is not set: set it to a Postgres server, or run "npm start" once, which makes an embedded one',
  );
}
