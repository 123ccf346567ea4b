import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import type { MigrationFile } from '../../src/db/migrations.ts';
import { describeSchema, type SchemaObject } from './describe-schema.ts';
import { MigrationError } from './error.ts';

/**
 * The contents of `migrations/replaced-files.json`: the old files, and the files of today that make the same
 * schema.
 */
interface Replacement {
  /** Name and SHA-256 of every file of before, all of which a database must have applied. */
  replaced: Record<string, string>;
  by: string[];
}

/** Where the new files are run for comparison; it is never committed. */
const FRESH_SCHEMA = 'youarecoder_fresh';

const MUST_BE_FIRST = 'was made by migration files that were since replaced by fewer';

/**
 * Lets a database that has applied exactly the old files go on with the files that replaced them. When its
 * schema is the one that the new files make, the new names take the place of the old ones in the history, and
 * nothing else changes.
 *
 * 1. Returns true when it did so, and false where no old file was ever applied.
 * 2. Otherwise throws a `MigrationError` that says what differs.
 */
export async function adoptReplacedFiles(
  db: Knex,
  files: MigrationFile[],
  directory: string,
): Promise<boolean> {
  const replacement = await readReplacement(directory);
  if (replacement === undefined) return false;
  const recorded = await db('migration_checksums').select<{ name: string; sha256: string }[]>(
    'name',
    'sha256',
  );
  if (!recorded.some(({ name }) => name in replacement.replaced)) return false;
  refuseOtherFiles(recorded, replacement);
  const replacing = files.filter(({ name }) => replacement.by.includes(name));
  const [fresh, present] = [await describeFresh(db, replacing), await describePresent(db)];
  refuseOtherSchema(fresh, present);
  await db.transaction((trx) => replaceHistory(trx, replacement, replacing));
  return true;
}

async function readReplacement(directory: string): Promise<Replacement | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, 'replaced-files.json'), 'utf8')) as Replacement;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function refuseOtherFiles(recorded: { name: string; sha256: string }[], { replaced }: Replacement): void {
  const applied = new Map(recorded.map(({ name, sha256 }) => [name, sha256]));
  const faults = [
    ...Object.keys(replaced)
      .filter((name) => !applied.has(name))
      .map((name) => `${name} was never applied`),
    ...Object.entries(replaced)
      .filter(([name, sha256]) => applied.has(name) && applied.get(name) !== sha256)
      .map(([name]) => `${name} was changed after it was applied`),
    ...[...applied.keys()].filter((name) => !(name in replaced)).map((name) => `${name} is not one of them`),
  ];
  if (faults.length === 0) return;
  throw new MigrationError(
    `this database ${MUST_BE_FIRST}, but not by exactly those:\n  ${faults.join('\n  ')}\n` +
      'nothing was changed: bring it to the last version with the old files (npm run migrate there), then migrate again',
  );
}

/** The schema that the new files make: they are run beside the real one, and rolled back. */
async function describeFresh(db: Knex, files: MigrationFile[]): Promise<SchemaObject[]> {
  const trx = await db.transaction();
  try {
    await trx.raw(`create schema ${FRESH_SCHEMA}`);
    await trx.raw('select set_config(?, ?, true)', ['search_path', `${FRESH_SCHEMA}, public`]);
    const connection = (await (trx.client as Connections).acquireConnection()) as Connection;
    for (const { sql } of files.filter(makesNoPartition)) await connection.query(sql);
    return await describeSchema(trx, FRESH_SCHEMA);
  } finally {
    await trx.rollback();
  }
}

interface Connections {
  acquireConnection(): Promise<unknown>;
}
interface Connection {
  query(text: string): Promise<unknown>;
}

/**
 * Partitions are made in schema public and are not compared, since each database has those of its own months.
 */
function makesNoPartition({ name }: MigrationFile): boolean {
  return !name.endsWith('-first-partitions.sql');
}

async function describePresent(db: Knex): Promise<SchemaObject[]> {
  return db.transaction((trx) => describeSchema(trx));
}

function refuseOtherSchema(fresh: SchemaObject[], present: SchemaObject[]): void {
  const [wanted, found] = [fresh, present].map(
    (objects) => new Map(objects.map(({ name, sql }) => [name, sql])),
  );
  const names = [...new Set([...fresh, ...present].map(({ name }) => name))];
  const faults = names.flatMap((name) => describeDifference(name, wanted?.get(name), found?.get(name)));
  if (faults.length === 0) return;
  throw new MigrationError(
    `this database ${MUST_BE_FIRST}, but somebody has changed its schema since:\n  ${faults.join('\n  ')}\n` +
      'nothing was changed: undo these differences by hand (migrations/schema.sql shows every object as it should be), then migrate again',
  );
}

function describeDifference(name: string, wanted: string | undefined, found: string | undefined): string[] {
  if (wanted === found) return [];
  else if (found === undefined) return [`${name} is missing`];
  else if (wanted === undefined) return [`${name} is not part of the schema`];
  const [wantedLines, foundLines] = [wanted, found].map((sql) => sql.split('\n').map(withoutComma));
  return [
    ...(wantedLines ?? [])
      .filter((line) => foundLines?.includes(line) !== true)
      .map((line) => `${name} lacks: ${line}`),
    ...(foundLines ?? [])
      .filter((line) => wantedLines?.includes(line) !== true)
      .map((line) => `${name} has: ${line}`),
  ];
}

function withoutComma(line: string): string {
  return line.trim().replace(/,$/, '');
}

async function replaceHistory(
  trx: Knex.Transaction,
  { replaced }: Replacement,
  replacing: MigrationFile[],
): Promise<void> {
  const old = Object.keys(replaced);
  const last = await trx('knex_migrations')
    .whereIn('name', old)
    .max<{ at: Date; batch: number }[]>({ at: 'migration_time', batch: 'batch' });
  const { at, batch } = last[0] ?? { at: new Date(), batch: 1 };
  await trx('knex_migrations').whereIn('name', old).delete();
  await trx('migration_checksums').whereIn('name', old).delete();
  await trx('knex_migrations').insert(replacing.map(({ name }) => ({ name, batch, migration_time: at })));
  await trx('migration_checksums').insert(
    replacing.map(({ name, sha256 }) => ({ name, sha256, applied_at: at })),
  );
}
