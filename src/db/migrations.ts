import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';

export const SHIPPED_DIRECTORY = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Shows what the files make, and is none of them. */
const SCHEMA = 'schema.sql';

const FILE_NAME = /^(\d{4})-[a-z0-9][a-z0-9-]*\.sql$/;

export interface MigrationFile {
  name: string;
  sql: string;
  /** Hash of the text with Unix line ends, so that a checkout on Windows has the same migrations. */
  sha256: string;
}

export interface MigrationState {
  name: string;
  /**
   * - changed: the file differs from the one that was applied.
   * - missing: applied, but there is no such file (any more, or yet).
   */
  state: 'applied' | 'pending' | 'changed' | 'missing';
  /** Absent while pending. */
  appliedAt?: Date;
}

/**
 * The migration files in the order in which they run. Throws when a `.sql` file is not named `NNNN-what.sql`,
 * or when two have the same number, as after a merge of two branches: their order would be an accident.
 */
export async function readMigrationFiles(directory = SHIPPED_DIRECTORY): Promise<MigrationFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql') && name !== SCHEMA).sort();
  const numbers = new Map<string, string>();
  for (const name of names) {
    const number = FILE_NAME.exec(name)?.[1];
    if (number === undefined) throw new Error(`${join(directory, name)} is not named NNNN-what.sql`);
    const other = numbers.get(number);
    if (other !== undefined)
      throw new Error(`${other} and ${name} have the same number: renumber the newer one`);
    numbers.set(number, name);
  }
  return Promise.all(names.map((name) => readMigrationFile(directory, name)));
}

async function readMigrationFile(directory: string, name: string): Promise<MigrationFile> {
  const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
  return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
}

/**
 * Compares the files with the migrations that this database has recorded, by name. Only reads; `db` may
 * belong to the app's role. Throws the errors of `readMigrationFiles` and of the database.
 */
export async function listMigrationStates(
  db: Knex,
  directory = SHIPPED_DIRECTORY,
): Promise<MigrationState[]> {
  const files = await readMigrationFiles(directory);
  const recorded = await listRecorded(db);
  const byName = new Map(recorded.map((row) => [row.name, row]));
  const missing = recorded.filter((row) => !files.some((file) => file.name === row.name));
  const states = [
    ...files.map((file) => compare(file, byName.get(file.name))),
    ...missing.map((row) => ({ name: row.name, state: 'missing' as const, appliedAt: row.migration_time })),
  ];
  return states.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface RecordedMigration {
  name: string;
  migration_time: Date;
  /** Null: recorded by another program than scripts/migrations/run-migrations.ts. */
  sha256: string | null;
}

function compare(file: MigrationFile, row: RecordedMigration | undefined): MigrationState {
  if (row === undefined) return { name: file.name, state: 'pending' };
  const state = row.sha256 === file.sha256 ? 'applied' : 'changed';
  return { name: file.name, state, appliedAt: row.migration_time };
}

async function listRecorded(db: Knex): Promise<RecordedMigration[]> {
  const found = await db.raw<{ rows: { exists: boolean }[] }>(
    `select to_regclass('knex_migrations') is not null and to_regclass('migration_checksums') is not null as exists`,
  );
  if (found.rows[0]?.exists !== true) return [];
  return db('knex_migrations')
    .leftJoin('migration_checksums', 'migration_checksums.name', 'knex_migrations.name')
    .orderBy('knex_migrations.name')
    .select<RecordedMigration[]>(
      'knex_migrations.name',
      'knex_migrations.migration_time',
      'migration_checksums.sha256',
    );
}
