import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runMigrations } from '../../scripts/migrations/run-migrations.ts';
import { listMigrationStates } from '../../src/db/migrations.ts';
import { startChild } from '../support/programs/child.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createMigrationFolder } from '../support/migration-folder.ts';

const script = fileURLToPath(new URL('../../scripts/migrations/run-migrations.ts', import.meta.url));
const TWO_FILES = {
  '0001-first.sql': 'create table first (id int primary key);',
  '0002-second.sql': 'create table second (id int references first (id));\ninsert into first values (1);',
};

let database: TestDatabase;
let lines: string[];

beforeEach(async () => {
  lines = [];
  database = await createTestDatabase({ isEmpty: true });
  return () => database.close();
});

function migrate(directory: string): Promise<{ applied: string[] }> {
  return runMigrations({ ownerUrl: database.ownerUrl, directory, log: (line) => lines.push(line) });
}

async function tables(): Promise<string[]> {
  const rows = await database
    .ownerDb('pg_tables')
    .where({ schemaname: 'public' })
    .whereNotIn('tablename', ['knex_migrations', 'knex_migrations_lock', 'migration_checksums'])
    .orderBy('tablename')
    .pluck<string[]>('tablename');
  return rows;
}

/** Holds an advisory lock that a migration of the test waits for. */
async function block(): Promise<{ release(): Promise<void>; countWaiting(): Promise<number> }> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query('select pg_advisory_lock(1)');
  let end: Promise<void> | undefined;
  const release = (): Promise<void> => (end ??= client.end());
  onTestFinished(release);
  const countWaiting = async (): Promise<number> => {
    const { rows } = await client.query<{ count: string }>(
      `select count(*) from pg_locks
       where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
    );
    return Number(rows[0]?.count);
  };
  return { release, countWaiting };
}

describe('migrating', () => {
  it('an empty database applies every file in order and says so', async () => {
    expect(await migrate(createMigrationFolder(TWO_FILES))).toEqual({ applied: Object.keys(TWO_FILES) });
    expect(await tables()).toEqual(['first', 'second']);
    expect(lines).toEqual([
      expect.stringMatching(/^applied 0001-first\.sql \(\d+ ms\)$/),
      expect.stringMatching(/^applied 0002-second\.sql \(\d+ ms\)$/),
    ]);
  });

  it('a second time does nothing', async () => {
    const folder = createMigrationFolder(TWO_FILES);
    await migrate(folder);
    lines = [];
    expect(await migrate(folder)).toEqual({ applied: [] });
    expect(lines).toEqual(['nothing to do: all 2 migrations are applied']);
    expect(await database.ownerDb('first').select('id')).toEqual([{ id: 1 }]);
  });

  it('reads functions, comments, strings and operators as Postgres does', async () => {
    const sql = `
      -- It's a comment; with a quote and $$ dollars.
      create table notes (id int, body jsonb); /* don't stop; here */
      create function count_notes() returns bigint language plpgsql as $$
      begin
        -- a 'quote; inside
        return (select count(*) from notes where body ->> 'text' = 'a;b' and body ? 'text');
      end
      $$;
      do $block$ begin perform $$x;y$$; end $block$;
      insert into notes values (1, '{"text": "a;b"}'), (2, '{"text": "it''s -- no comment"}');
      create table "odd;name" ();
      -- the end; really`;
    await migrate(createMigrationFolder({ '0001-notes.sql': sql }));
    const { rows } = await database.ownerDb.raw<{ rows: unknown[] }>('select count_notes() as count');
    expect(rows).toEqual([{ count: 1 }]);
    expect(await tables()).toEqual(['notes', 'odd;name']);
  });

  it('stops at a failing statement, names file and line, and leaves nothing of that file', async () => {
    const folder = createMigrationFolder({
      ...TWO_FILES,
      '0003-broken.sql':
        '-- Makes half of it.\ncreate table half (id int);\n\ninsert into half\n  select nowhere from half;\nselect 1;',
      '0004-never.sql': 'create table never ();',
    });
    await expect(migrate(folder)).rejects.toThrow(
      '0003-broken.sql line 5: column "nowhere" does not exist (SQLSTATE 42703)\n  |   select nowhere from half',
    );
    expect(await tables()).toEqual(['first', 'second']);
    const states = await listMigrationStates(database.ownerDb, folder);
    expect(states.map(({ state }) => state)).toEqual(['applied', 'applied', 'pending', 'pending']);
    writeFileSync(join(folder, '0003-broken.sql'), 'create table whole (id int);');
    expect(await migrate(folder)).toEqual({ applied: ['0003-broken.sql', '0004-never.sql'] });
  });

  it.each(['commit', 'BEGIN', 'rollback', 'start transaction', '/* now */ end'])(
    'refuses a file that would end its own transaction: %s',
    async (control) => {
      const sql = `create table half (id int);\n${control};\nselect nonsense();`;
      await expect(migrate(createMigrationFolder({ '0001-cut.sql': sql }))).rejects.toThrow(
        '0001-cut.sql line 2',
      );
      expect(await tables()).toEqual([]);
    },
  );

  it('refuses a file that was changed after it was applied, and one that is gone, before it applies anything', async () => {
    const folder = createMigrationFolder(TWO_FILES);
    await migrate(folder);
    writeFileSync(join(folder, '0001-first.sql'), 'create table first (id bigint primary key);');
    rmSync(join(folder, '0002-second.sql'));
    writeFileSync(join(folder, '0003-third.sql'), 'create table third ();');
    await expect(migrate(folder)).rejects.toThrow(
      /^0001-first\.sql was changed after .*\n0002-second\.sql was applied but the file is missing/,
    );
    expect(await tables()).toEqual(['first', 'second']);
    const states = await listMigrationStates(database.ownerDb, folder);
    expect(states).toEqual([
      { name: '0001-first.sql', state: 'changed', appliedAt: expect.any(Date) as Date },
      { name: '0002-second.sql', state: 'missing', appliedAt: expect.any(Date) as Date },
      { name: '0003-third.sql', state: 'pending' },
    ]);
  });

  it('takes a file with Windows line ends for the same file', async () => {
    const folder = createMigrationFolder(TWO_FILES);
    await migrate(folder);
    writeFileSync(join(folder, '0002-second.sql'), TWO_FILES['0002-second.sql'].replaceAll('\n', '\r\n'));
    expect(await migrate(folder)).toEqual({ applied: [] });
  });

  it('refuses names that leave the order to chance', async () => {
    const twice = createMigrationFolder({ '0001-a.sql': 'select 1', '0001-b.sql': 'select 1' });
    await expect(migrate(twice)).rejects.toThrow('0001-a.sql and 0001-b.sql have the same number');
    await expect(migrate(createMigrationFolder({ 'fix.sql': 'select 1' }))).rejects.toThrow('NNNN-what.sql');
  });
});

describe('two machines that deploy at once', { timeout: 60_000 }, () => {
  it('apply every file once: the second waits, then finds nothing to do', async () => {
    const folder = createMigrationFolder({
      ...TWO_FILES,
      '0003-slow.sql': 'select pg_advisory_xact_lock(1); create table slow ();',
    });
    const blocker = await block();
    const both = [migrate(folder), migrate(folder)];
    await expect
      .poll(() => lines, { timeout: 30_000 })
      .toContain('waiting: another process is migrating this database');
    await expect.poll(() => blocker.countWaiting(), { timeout: 30_000 }).toBe(1);
    await blocker.release();
    const applied = (await Promise.all(both)).map((result) => result.applied.length);
    expect(applied.toSorted((a, b) => a - b)).toEqual([0, 3]);
    expect(lines.at(-1)).toBe('nothing to do: all 3 migrations are applied');
    expect(await database.ownerDb('knex_migrations').pluck('name')).toHaveLength(3);
  });

  it('are not held up by a lock that a killed process has left in the table', async () => {
    const folder = createMigrationFolder(TWO_FILES);
    await migrate(folder);
    await database.ownerDb('knex_migrations_lock').update({ is_locked: 1 });
    writeFileSync(join(folder, '0003-third.sql'), 'create table third ();');
    expect(await migrate(folder)).toEqual({ applied: ['0003-third.sql'] });
  });

  it('find the file whole or not at all when the first was killed in the middle of it', async () => {
    const folder = createMigrationFolder({
      ...TWO_FILES,
      '0003-slow.sql': 'create table slow (); select pg_advisory_xact_lock(1); create table slower ();',
    });
    const blocker = await block();
    const text = `import { runMigrations } from '${script}';
      await runMigrations({ ownerUrl: '${database.ownerUrl}', directory: '${folder}', log: () => undefined });`;
    const killed = await startChild({ text });
    await expect.poll(() => blocker.countWaiting(), { timeout: 30_000 }).toBe(1);
    killed.kill('SIGKILL');
    const second = migrate(folder);
    await blocker.release();
    expect(await second).toEqual({ applied: ['0003-slow.sql'] });
    expect(await tables()).toEqual(['first', 'second', 'slow', 'slower']);
  });
});

describe('a file without a transaction', { timeout: 60_000 }, () => {
  const REPEATABLE = `-- no transaction
create index concurrently if not exists idx_first on first (id)`;

  it('may build an index while others write, and is recorded once', async () => {
    const folder = createMigrationFolder({ ...TWO_FILES, '0003-index.sql': REPEATABLE });
    expect(await migrate(folder)).toEqual({
      applied: ['0001-first.sql', '0002-second.sql', '0003-index.sql'],
    });
    expect(await migrate(folder)).toEqual({ applied: [] });
    expect((await listMigrationStates(database.ownerDb, folder)).at(-1)).toMatchObject({ state: 'applied' });
  });

  it('does not hang when a second machine waits for its turn', async () => {
    const folder = createMigrationFolder({
      ...TWO_FILES,
      '0003-wait.sql': `-- no transaction
do $$ begin perform pg_advisory_xact_lock(1); end $$`,
      '0004-index.sql': REPEATABLE,
    });
    const blocker = await block();
    const both = [migrate(folder), migrate(folder)];
    await expect
      .poll(() => lines, { timeout: 30_000 })
      .toContain('waiting: another process is migrating this database');
    await expect.poll(() => blocker.countWaiting(), { timeout: 30_000 }).toBe(1);
    await blocker.release();
    const applied = (await Promise.all(both)).map((result) => result.applied.length);
    expect(applied.toSorted((a, b) => a - b)).toEqual([0, 4]);
  });

  it('runs again when it was killed between its statement and its record', async () => {
    const folder = createMigrationFolder({ ...TWO_FILES, '0003-index.sql': REPEATABLE });
    await migrate(folder);
    await database.ownerDb('knex_migrations').where({ name: '0003-index.sql' }).delete();
    expect(await migrate(folder)).toEqual({ applied: ['0003-index.sql'] });
    expect((await listMigrationStates(database.ownerDb, folder)).at(-1)).toMatchObject({ state: 'applied' });
  });
});
