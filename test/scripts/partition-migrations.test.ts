import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { runMigrations } from '../../scripts/migrations/run-migrations.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createMigrationFolder } from '../support/migration-folder.ts';

const shipped = fileURLToPath(new URL('../../migrations', import.meta.url));
const TABLES = ['audit_logs', 'workspace_sessions'];

/** Two companies with three years of rows, some sessions of which are open. */
const ROWS = `
  insert into companies (name, subdomain, created_at)
  select 'Company ' || n, 'company-' || n, '2024-01-01' from generate_series(1, 2) n;
  insert into users (company_id, email, full_name, password_hash, role, locale, created_at)
  select n, 'admin' || n || '@example.com', 'Admin', 'x', 'admin', 'tr', '2024-01-01' from generate_series(1, 2) n;
  insert into workspaces (company_id, owner_user_id, name, port, created_at)
  select n, n, 'place', 20000 + n, '2024-01-01' from generate_series(1, 2) n;
  insert into audit_logs (timestamp, user_id, company_id, actor_type, action_type, ip_address, details, success, event_id)
  select now() - n * interval '7 hours 3 minutes 2.000001 seconds', 1 + n % 2, 1 + n % 2, 'user', 'login', '203.0.113.1',
         jsonb_build_object('n', n), n % 7 > 0, case when n % 2 = 0 then gen_random_uuid() end
  from generate_series(0, 4000) n;
  insert into workspace_sessions (company_id, workspace_id, user_id, started_at, ended_at, end_reason, last_activity_at,
                                  session_id, access_method)
  select 1 + n % 2, 1 + n % 2, 1 + n % 2, at, case when n > 5 then at + interval '1 hour' end,
         case when n > 5 then 'closed' end, at + interval '1 hour', 'browser ' || n, 'web'
  from generate_series(0, 3000) n, lateral (select now() - n * interval '9 hours' - interval '0.000007 seconds') t (at);
  select setval('audit_logs_id_seq', 9000);`;

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase({ isEmpty: true });
  return () => database.close();
});

function migrate(directory: string): Promise<unknown> {
  const { appRole } = inject('testServer');
  return runMigrations({ ownerUrl: database.ownerUrl, appRole, directory, log: () => undefined });
}

/** The shipped migrations up to the one before the partitions; `addRest` adds those of the partitions. */
function folderBefore(): { folder: string; addRest: () => void } {
  const names = readdirSync(shipped).filter((name) => name < '0043');
  const texts = names.map((name) => [name, readFileSync(join(shipped, name), 'utf8')]);
  const folder = createMigrationFolder(Object.fromEntries(texts) as Record<string, string>);
  const addRest = (): void => {
    // Later ones may add what the tables did not have.
    for (const name of readdirSync(shipped))
      if (name < '0070') cpSync(join(shipped, name), join(folder, name));
  };
  return { folder, addRest };
}

async function read(sql: string): Promise<unknown[]> {
  const { rows } = await database.ownerDb.raw<{ rows: unknown[] }>(sql);
  return rows;
}

/** Everything in a table, and what is promised about its shape. */
async function describeTable(table: string): Promise<Record<string, unknown>> {
  return {
    rows: await read(`select to_jsonb(t) as row from ${table} t order by id`),
    columns: await read(
      `select column_name, data_type, is_nullable from information_schema.columns
       where table_name = '${table}' order by ordinal_position`,
    ),
    constraints: await read(
      `select conname, contype, convalidated, confdeltype from pg_constraint
       where conrelid = '${table}'::regclass and contype in ('p', 'c', 'f') order by conname`,
    ),
    triggers: await read(
      `select tgname from pg_trigger where tgrelid = '${table}'::regclass and not tgisinternal and tgname like 'refuse_%'
         and tgname <> 'refuse_reopening' order by 1`,
    ),
  };
}

async function indexNames(table: string): Promise<string[]> {
  return database.ownerDb('pg_indexes').where({ tablename: table }).orderBy('indexname').pluck('indexname');
}

describe('turning the tables into monthly partitions', { timeout: 60_000 }, () => {
  it('keeps every row, constraint and index name, and leaves no index invalid', async () => {
    const { folder, addRest } = folderBefore();
    await migrate(folder);
    await database.ownerDb.raw(ROWS);
    const before = await Promise.all(TABLES.map(describeTable));
    const names = await Promise.all(TABLES.map(indexNames));
    const open = await database
      .ownerDb('workspace_sessions')
      .whereNull('ended_at')
      .orderBy('id')
      .pluck<number[]>('id');
    addRest();
    await migrate(folder);

    expect(await Promise.all(TABLES.map(describeTable))).toEqual(before);
    for (const [index, table] of TABLES.entries()) {
      expect(await indexNames(table)).toEqual(expect.arrayContaining(names[index] ?? []));
    }
    expect(await read('select indexrelid::regclass from pg_index where not indisvalid')).toEqual([]);
    expect(
      await database
        .ownerDb('open_workspace_sessions')
        .orderBy('workspace_session_id')
        .pluck('workspace_session_id'),
    ).toEqual(open);
    expect(open).toHaveLength(6);
  });

  it('goes on with new ids, in partitions that reach three months ahead', async () => {
    const { folder, addRest } = folderBefore();
    await migrate(folder);
    await database.ownerDb.raw(ROWS);
    addRest();
    await migrate(folder);
    const event = { timestamp: new Date(), actor_type: 'system', action_type: 'login', success: true };
    const [added] = await database.db('audit_logs').insert(event).returning<{ id: number }[]>('id');
    expect(added?.id).toBeGreaterThan(9000);
    const now = new Date();
    for (const table of TABLES) {
      const [last] = await database.ownerDb
        .from(database.ownerDb.raw('list_partitions(?)', [table]))
        .whereNotNull('ends_at')
        .orderBy('ends_at', 'desc')
        .select<{ ends_at: Date }[]>('ends_at');
      expect(last?.ends_at).toEqual(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 4)));
    }
  });

  it('has the old rows in the first partition, where nothing was copied', async () => {
    const { folder, addRest } = folderBefore();
    await migrate(folder);
    await database.ownerDb.raw(ROWS);
    const oids = await read(
      `select ''::text || oid as oid from pg_class where relname in ('audit_logs', 'workspace_sessions')`,
    );
    addRest();
    await migrate(folder);
    expect(
      await read(
        `select ''::text || oid as oid from pg_class where relname ~ '_before_20' and relkind = 'r'`,
      ),
    ).toEqual(expect.arrayContaining(oids));
    expect(await read(`select 1 from audit_logs_default limit 1`)).toEqual([]);
  });

  it('runs again after its preparation was killed half-way', async () => {
    const { folder, addRest } = folderBefore();
    await migrate(folder);
    await database.ownerDb.raw(ROWS);
    // As a killed `create index concurrently` and a killed run between two statements leave it.
    await database.ownerDb.raw('create unique index new_pk_audit_logs on audit_logs (id, timestamp)');
    await database.ownerDb.raw(
      `alter table audit_logs add constraint ck_audit_logs_first check (timestamp < '2020-01-01') not valid`,
    );
    addRest();
    await migrate(folder);
    expect(await database.ownerDb('audit_logs').count('* as count').first()).toEqual({ count: 4001 });
  });
});

describe('after it', () => {
  it('neither the app nor the owner can change or empty the table or any of its partitions', async () => {
    const { folder } = folderBefore();
    cpSync(shipped, folder, { recursive: true });
    await migrate(folder);
    const event = { actor_type: 'system', action_type: 'login', success: true };
    await database.ownerDb('audit_time_bounds').update({ oldest: '1000 years', ahead: '1000 years' });
    for (const timestamp of [new Date('2001-01-01'), new Date(), new Date('2077-01-01')]) {
      await database.db('audit_logs').insert({ ...event, timestamp });
    }
    const partitions = await database.ownerDb
      .from(database.ownerDb.raw(`list_partitions('audit_logs')`))
      .pluck<string[]>('partition_name');
    expect(partitions.length).toBeGreaterThan(5);
    for (const table of ['audit_logs', ...partitions]) {
      for (const write of [
        `update ${table} set success = false`,
        `delete from ${table}`,
        `truncate ${table}`,
      ]) {
        await expect(database.db.raw(write), write).rejects.toThrow('permission denied');
      }
      await expect(database.ownerDb.raw(`truncate ${table}`)).rejects.toThrow('append-only');
    }
    await expect(database.ownerDb('audit_logs').update({ success: false })).rejects.toThrow('append-only');
    await expect(database.ownerDb('audit_logs').delete()).rejects.toThrow('append-only');
    const sessions = await database.ownerDb
      .from(database.ownerDb.raw(`list_partitions('workspace_sessions')`))
      .pluck<string[]>('partition_name');
    for (const table of ['workspace_sessions', ...sessions]) {
      await expect(database.db.raw(`truncate ${table}`)).rejects.toThrow('permission denied');
      await expect(database.ownerDb.raw(`truncate ${table}`)).rejects.toThrow('append-only');
    }
  });

  it('writes a row in one round trip that can fail without its transaction', async () => {
    const { folder } = folderBefore();
    cpSync(shipped, folder, { recursive: true });
    await migrate(folder);
    const row = {
      event_id: '018f0000-0000-7000-8000-000000000001',
      timestamp: '2026-11-24T10:00:00.123Z',
      actor_type: 'system',
      action_type: 'login',
      ip_address: '203.0.113.9',
      details: { email: 'a@example.com' },
      success: true,
    };
    const results = await database.db.transaction(async (trx) => {
      const written: (string | null)[] = [];
      for (const entry of [
        row,
        row,
        { ...row, event_id: null, actor_type: 'nobody' },
        { ...row, details: '\0' },
      ]) {
        const { rows } = await trx.raw<{ rows: { error: string | null }[] }>(
          'select write_audit_row(?) as error',
          [JSON.stringify(entry)],
        );
        written.push(rows[0]?.error ?? null);
      }
      return written;
    });
    expect(results).toEqual([
      null,
      null,
      expect.stringContaining('ck_audit_logs_actor'),
      expect.stringContaining('SQLSTATE'),
    ]);
    expect(await database.db('audit_logs').select('event_id', 'timestamp', 'details', 'ip_address')).toEqual([
      {
        event_id: row.event_id,
        timestamp: new Date(row.timestamp),
        details: row.details,
        ip_address: row.ip_address,
      },
    ]);
  });
});
