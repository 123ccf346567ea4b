import type { Knex } from 'knex';
import { createDb } from '../../src/db/db.ts';
import {
  listMigrationStates,
  readMigrationFiles,
  SHIPPED_DIRECTORY,
  type MigrationFile,
  type MigrationState,
} from '../../src/db/migrations.ts';
import { adoptReplacedFiles } from './adopt-replaced-files.ts';
import { grantAppRole } from './grant-app-role.ts';
import { explainConnectionError, MigrationError } from './error.ts';
import { withMigrationLock } from './lock.ts';
import { isTransaction, runFile } from './run-file.ts';

const ADOPTED =
  'the schema is the one that the files of today make: they take the place of the old ones in the history';

interface MigrateOptions {
  /** The role that owns the tables. */
  ownerUrl: string;
  /** The role that the app connects as. Without: the app's privileges are left alone. */
  appRole?: string;
  /** Default: the app's own migrations. */
  directory?: string;
  log: (line: string) => void;
}

/**
 * Applies the pending migrations in order and returns their names. Each runs in its own transaction
 * (`isTransaction` has the exception); a second process waits and finds nothing to do. Throws
 * `MigrationError` in three cases:
 *
 * 1. A recorded file was changed or is missing.
 * 2. A statement fails; its file leaves no trace, while the files before it stay applied.
 * 3. The database cannot be reached.
 */
export async function runMigrations(options: MigrateOptions): Promise<{ applied: string[] }> {
  const { ownerUrl, appRole, directory = SHIPPED_DIRECTORY, log } = options;
  const files = await readFiles(directory);
  return withMigrationLock(ownerUrl, log, (checkLock) =>
    withDatabase(ownerUrl, async (db) => {
      await prepareBookkeeping(db, files);
      if (await adoptReplacedFiles(db, files, directory)) log(ADOPTED);
      refuseDrift(await listMigrationStates(db, directory));
      const applied = await applyPending(db, files, checkLock, log);
      if (applied.length === 0) log(`nothing to do: all ${String(files.length)} migrations are applied`);
      if (appRole !== undefined) log(await grantAppRole(db, appRole));
      return { applied };
    }),
  );
}

/**
 * How the files compare with the database, changing nothing. Throws `MigrationError` when it cannot be
 * reached.
 */
export async function migrationStatus(options: {
  url: string;
  directory?: string;
}): Promise<MigrationState[]> {
  await readFiles(options.directory);
  return withDatabase(options.url, (db) => listMigrationStates(db, options.directory));
}

async function readFiles(directory: string | undefined): Promise<MigrationFile[]> {
  try {
    return await readMigrationFiles(directory);
  } catch (error) {
    throw new MigrationError((error as Error).message, { cause: error });
  }
}

async function withDatabase<T>(url: string, work: (db: Knex) => Promise<T>): Promise<T> {
  const db = createDb({ url, poolMax: 2, applicationName: 'youarecoder-migrate' });
  try {
    return await work(db);
  } catch (error) {
    throw explainConnectionError(error, url);
  } finally {
    await db.destroy();
  }
}

async function prepareBookkeeping(db: Knex, files: MigrationFile[]): Promise<void> {
  if (!(await db.schema.hasTable('migration_checksums'))) {
    await db.schema.createTable('migration_checksums', (table) => {
      table.text('name').primary({ constraintName: 'pk_migration_checksums' });
      table.text('sha256').notNullable();
      table.timestamp('applied_at', { useTz: true }).notNullable().defaultTo(db.fn.now());
    });
  }
  // Nobody else migrates while we hold the advisory lock, so a locked row is one that a killed process left
  // behind.
  await db.migrate.forceFreeMigrationsLock({ migrationSource: createSource(files) });
}

function refuseDrift(states: MigrationState[]): void {
  const faults = states.flatMap(({ name, state }) => describeDrift(name, state));
  if (faults.length > 0) throw new MigrationError(faults.join('\n'));
}

/** A line that describes how the file differs from the applied one; none when they are equal. */
export function describeDrift(name: string, state: MigrationState['state']): string[] {
  if (state === 'changed')
    return [`${name} was changed after it was applied: restore it and write a new migration`];
  else if (state === 'missing')
    return [`${name} was applied but the file is missing: this code is older than the database`];
  else return [];
}

/** Not `migrate.latest`, which runs all pending files in one transaction. */
async function applyPending(
  db: Knex,
  files: MigrationFile[],
  checkLock: () => void,
  log: (line: string) => void,
): Promise<string[]> {
  const applied: string[] = [];
  const migrationSource = createSource(files);
  for (;;) {
    checkLock();
    const startedAt = performance.now();
    const [, names] = (await db.migrate.up({ migrationSource })) as [number, string[]];
    const [name] = names;
    if (name === undefined) return applied;
    applied.push(name);
    log(`applied ${name} (${String(Math.round(performance.now() - startedAt))} ms)`);
  }
}

function createSource(files: MigrationFile[]): Knex.MigrationSource<MigrationFile> {
  return {
    getMigrations: () => Promise.resolve(files),
    getMigrationName: (file) => file.name,
    getMigration: (file) =>
      Promise.resolve({
        config: { transaction: isTransaction(file) },
        up: async (db: Knex) => {
          await runFile(db, file);
          // Killed between this row and Knex's own, a file without a transaction runs again and finds its
          // checksum here.
          await db('migration_checksums')
            .insert({ name: file.name, sha256: file.sha256 })
            .onConflict('name')
            .merge();
        },
        down: () => Promise.reject(new Error('migrations go forward only: an undo is a new file')),
      }),
  };
}
