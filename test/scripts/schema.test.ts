import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import {
  describeGrants,
  describeSchema,
  type SchemaObject,
} from '../../scripts/migrations/describe-schema.ts';
import { runMigrations } from '../../scripts/migrations/run-migrations.ts';
import { listMigrationStates, readMigrationFiles } from '../../src/db/migrations.ts';
import { createTestDatabase, useTestDatabase, type TestDatabase } from '../support/database.ts';

const migrations = fileURLToPath(new URL('../../migrations/', import.meta.url));
const { replaced, by } = JSON.parse(readFileSync(`${migrations}replaced-files.json`, 'utf8')) as {
  replaced: Record<string, string>;
  by: string[];
};
const OLD_SCHEMA = readFileSync(new URL('fixtures/old-schema.sql', import.meta.url), 'utf8');

const HEAD = `-- Every table, function, trigger and grant as the migrations leave them; made from the catalog of a fresh database.
-- Monthly partitions are not shown. After a new migration: npm test -- test/scripts/schema.test.ts --update
`;

describe('migrations/schema.sql', () => {
  const database = useTestDatabase();

  it('shows the schema of a fresh database', async () => {
    const objects = await database.ownerDb.transaction((trx) => describeSchema(trx));
    const grants = await describeGrants(database.ownerDb, inject('testServer').appRole);
    const text = [...objects, grants].map(({ name, sql }) => `\n-- ${name}\n${sql}\n`).join('');
    await expect(HEAD + text).toMatchFileSnapshot(`${migrations}schema.sql`);
  });
});

describe('a database that was made by the files of before', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let lines: string[];
  let texts: object[];

  // The old files published these texts, and later ones change their words.
  beforeAll(async () => {
    const fresh = await createTestDatabase();
    texts = await fresh
      .ownerDb('legal_documents')
      .where({ kind: 'privacy', version: '2026-11-29' })
      .orWhere({ kind: 'terms', version: '2026-11-30' })
      .select<object[]>(['kind', 'version', 'locale', 'title', 'body']);
    await fresh.close();
  });

  beforeEach(async () => {
    lines = [];
    database = await createTestDatabase({ isEmpty: true });
    await makeOld();
    return () => database.close();
  });

  /** The old schema with its history, and a row. */
  async function makeOld(): Promise<void> {
    const { ownerDb } = database;
    // An empty folder of migrations makes the history's tables.
    await ownerDb.migrate.list({ migrationSource: NO_MIGRATIONS });
    await ownerDb.schema.createTable('migration_checksums', (table) => {
      table.text('name').primary({ constraintName: 'pk_migration_checksums' });
      table.text('sha256').notNullable();
      table.timestamp('applied_at', { useTz: true }).notNullable().defaultTo(ownerDb.fn.now());
    });
    // Not by Knex, which takes a question mark for a place to fill in.
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    await client.query(OLD_SCHEMA);
    await client.end();
    await ownerDb('migration_checksums').insert(
      Object.entries(replaced).map(([name, sha256]) => ({ name, sha256 })),
    );
    await ownerDb('knex_migrations').insert(
      Object.keys(replaced).map((name) => ({ name, batch: 1, migration_time: new Date('2026-11-01') })),
    );
    await ownerDb('legal_documents').insert(texts);
    await ownerDb('companies').insert([
      { name: 'Acme', subdomain: 'acme', created_at: new Date(), billing_phone: '+90 312 000 00 01' },
      { name: 'Globex', subdomain: 'globex', created_at: new Date() },
    ]);
  }

  const NO_MIGRATIONS = {
    getMigrations: () => Promise.resolve([]),
    getMigrationName: () => '',
    getMigration: () => Promise.reject(new Error('Bug! there are none')),
  };

  function migrate(directory?: string): Promise<{ applied: string[] }> {
    const { appRole } = inject('testServer');
    return runMigrations({
      ownerUrl: database.ownerUrl,
      appRole,
      ...(directory === undefined ? {} : { directory }),
      log: (line) => lines.push(line),
    });
  }

  async function schema(): Promise<SchemaObject[]> {
    return database.ownerDb.transaction((trx) => describeSchema(trx));
  }

  /** A folder with the files that took the place of the old ones, and with none that came later. */
  function folderOfReplacing(): string {
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    for (const name of [...by, 'replaced-files.json']) cpSync(join(migrations, name), join(folder, name));
    return folder;
  }

  it('goes on with those that replaced them, and nothing in it changes but their names', async () => {
    const before = await schema();
    expect(await migrate(folderOfReplacing())).toEqual({ applied: [] });
    expect(lines[0]).toBe(
      'the schema is the one that the files of today make: they take the place of the old ones in the history',
    );
    expect(await schema()).toEqual(before);
  });

  it('applies what came later as any other does: all end in the same schema, and no row is lost', async () => {
    const company = await database.ownerDb('companies').first<{ id: number }>('id');
    await database.ownerDb('audit_logs').insert({
      ...{ timestamp: new Date(), company_id: company.id, actor_type: 'system', action_type: 'login' },
      success: true,
    });
    const files = (await readMigrationFiles()).map(({ name }) => name);
    const later = files.filter((name) => !by.includes(name));
    expect(await migrate()).toEqual({ applied: later });
    const adopted = await schema();
    expect(await database.ownerDb('companies').orderBy('id').pluck('name')).toEqual(['Acme', 'Globex']);
    expect(await database.ownerDb('billing_details').select('billing_name', 'billing_phone')).toEqual([
      { billing_name: null, billing_phone: '+90 312 000 00 01' },
    ]);
    const events = await database.ownerDb('audit_logs').pluck<(string | null)[]>('event_id');
    expect(events).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    await expect(database.ownerDb('audit_logs').delete()).rejects.toThrow('append-only');
    const states = await listMigrationStates(database.ownerDb);
    expect(states.map(({ name, state }) => [name, state])).toEqual(files.map((name) => [name, 'applied']));
    expect(await migrate()).toEqual({ applied: [] });
    expect(await database.db('audit_logs').select('id')).toHaveLength(1);

    await database.close();
    database = await createTestDatabase({ isEmpty: true });
    for (const folder of [folderOfReplacing(), undefined]) await migrate(folder);
    expect(await schema()).toEqual(adopted);
    // A clone of what all files have made at once.
    await database.close();
    database = await createTestDatabase();
    expect(await schema()).toEqual(adopted);
  });

  it('is refused, and not touched, when somebody changed it since: every difference is named', async () => {
    const changes: [change: string, difference: string][] = [
      ['drop index idx_audit_logs_user_id', 'table audit_logs lacks: CREATE INDEX idx_audit_logs_user_id ON'],
      ['alter table users add column nickname text', 'table users has: nickname text'],
      [
        'alter table payments drop constraint ck_payments_amount',
        'table payments lacks: constraint ck_payments_amount',
      ],
      [
        'alter table invoices disable trigger refuse_change',
        'table invoices has: CREATE TRIGGER refuse_change',
      ],
      [
        'create or replace function month_start(at timestamptz, months integer) returns timestamptz language sql immutable return at',
        'function month_start(',
      ],
      ['create table notes (id int)', 'table notes is not part of the schema'],
      ['drop table export_progress', 'table export_progress is missing'],
      ['grant execute on function make_partitions(text, integer) to public', 'function make_partitions('],
      [
        'drop trigger refuse_truncate on audit_logs_default',
        'audit_logs_default lacks the trigger refuse_truncate',
      ],
    ];
    for (const [change] of changes) await database.ownerDb.raw(change);
    const error = String(await migrate().catch((caught: unknown) => caught));
    for (const [, difference] of changes) expect(error).toContain(difference);
    expect(error).toContain('undo these differences by hand');
    expect(await database.ownerDb('knex_migrations').pluck('name')).toEqual(Object.keys(replaced));
  });

  it('is refused when it has not applied all of them, or another one, or one that differs', async () => {
    const [first, second] = Object.keys(replaced);
    await database.ownerDb('migration_checksums').where({ name: first }).delete();
    await database.ownerDb('migration_checksums').where({ name: second }).update({ sha256: 'x' });
    await database.ownerDb('migration_checksums').insert({ name: '0999-own.sql', sha256: 'x' });
    const error: unknown = await migrate().catch((caught: unknown) => caught);
    expect(String(error)).toContain(`${String(first)} was never applied`);
    expect(String(error)).toContain(`${String(second)} was changed after it was applied`);
    expect(String(error)).toContain('0999-own.sql is not one of them');
    expect(String(error)).toContain('bring it to the last version with the old files');
  });
});
