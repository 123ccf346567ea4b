import type { Knex } from 'knex';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { runMigrations } from '../../scripts/migrations/run-migrations.ts';
import { listMigrationStates } from '../../src/db/migrations.ts';
import { createTestDatabase, useTestDatabase, type TestDatabase } from '../support/database.ts';
import { createMigrationFolder } from '../support/migration-folder.ts';

const LEDGER = `
  create function refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception 'table % is append-only', tg_table_name;
  end
  $$;
  create table ledger (id bigint generated always as identity primary key, note text);
  create trigger refuse_change before update or delete on ledger for each row execute function refuse_change();
  create trigger refuse_truncate before truncate on ledger for each statement execute function refuse_change();
  create table basket (id bigint generated always as identity primary key, note text);
  create sequence ticket;
  create function shout(text) returns text language sql as 'select upper($1)';
  revoke execute on function shout(text) from public;`;

const WRITES = ["update ledger set note = 'false'", 'delete from ledger', 'truncate ledger'];

let database: TestDatabase;
let lines: string[];
let folder: string;

beforeEach(async () => {
  lines = [];
  database = await createTestDatabase({ isEmpty: true });
  folder = createMigrationFolder({ '0001-ledger.sql': LEDGER });
  return () => database.close();
});

function migrate(appRole = inject('testServer').appRole): Promise<unknown> {
  return runMigrations({
    ownerUrl: database.ownerUrl,
    appRole,
    directory: folder,
    log: (line) => lines.push(line),
  });
}

describe('after migrating, the role of the app', () => {
  it('may add to an append-only table and read it, nothing else; nor may the owner', async () => {
    await migrate();
    await database.db('ledger').insert({ note: 'true' });
    for (const write of WRITES) {
      await expect(database.db.raw(write)).rejects.toThrow('permission denied for table ledger');
      await expect(database.ownerDb.raw(write)).rejects.toThrow('table ledger is append-only');
    }
    expect(await database.db('ledger').select('note')).toEqual([{ note: 'true' }]);
  });

  it('may use tables, sequences and functions', async () => {
    await migrate();
    await database.db('basket').insert({ note: 'one' });
    expect(await database.db('basket').update({ note: 'two' })).toBe(1);
    expect(await database.db('basket').delete()).toBe(1);
    const { rows } = await database.db.raw<{ rows: unknown[] }>(
      "select nextval('ticket') as n, shout('a') as a",
    );
    expect(rows).toEqual([{ n: 1, a: 'A' }]);
    await expect(database.db.raw('create table mine ()')).rejects.toThrow('permission denied');
    await expect(database.db.raw('drop table basket')).rejects.toThrow('must be owner');
  });

  it('may read which migrations were applied, and not rewrite it', async () => {
    await migrate();
    expect((await listMigrationStates(database.db, folder)).map(({ state }) => state)).toEqual(['applied']);
    await expect(database.db('migration_checksums').delete()).rejects.toThrow('permission denied');
    await expect(database.db('knex_migrations').delete()).rejects.toThrow('permission denied');
  });

  it('loses a privilege that somebody gave it by hand, at the next migration', async () => {
    await migrate();
    await database.ownerDb.raw(`grant update on ledger to ${inject('testServer').appRole}`);
    lines = [];
    await migrate();
    await expect(database.db.raw(WRITES[0] ?? '')).rejects.toThrow('permission denied');
    expect(lines).toEqual([
      'nothing to do: all 1 migrations are applied',
      'role "yac_test_app" may use every table; 1 are append-only for it',
    ]);
  });

  it('must exist', async () => {
    await expect(migrate('nobody"here')).rejects.toThrow(
      'the role "nobody"here" of DATABASE_URL does not exist',
    );
  });

  it('may be the owner itself, which is said', async () => {
    const owner = decodeURIComponent(new URL(database.ownerUrl).username);
    await migrate(owner);
    expect(lines.at(-1)).toContain('append-only tables are protected by their triggers alone');
    await database.ownerDb('ledger').insert({ note: 'true' });
    await expect(database.ownerDb.raw(WRITES[0] ?? '')).rejects.toThrow('append-only');
  });
});

describe('the shipped migrations', () => {
  const shipped = useTestDatabase();

  /** Tables on which the role lacks every privilege to change what is there. */
  async function listUnchangeable(db: Knex): Promise<string[]> {
    const { rows } = await db.raw<{ rows: { name: string }[] }>(
      `select relname as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and has_table_privilege(oid, 'insert')
         and not has_table_privilege(oid, 'update') and not has_table_privilege(oid, 'delete')
         and not has_table_privilege(oid, 'truncate')`,
    );
    return rows.map(({ name }) => name);
  }

  it('make the tables that are evidence append-only', async () => {
    const evidence = ['audit_logs', 'invoices', 'legal_acceptances', 'legal_documents'];
    expect(await listUnchangeable(shipped.db)).toEqual(expect.arrayContaining(evidence));
  });

  it('are all recorded as applied, which the app can see', async () => {
    const states = await listMigrationStates(shipped.db);
    expect(states.length).toBeGreaterThan(6);
    expect(states.filter(({ state }) => state !== 'applied')).toEqual([]);
  });
});
