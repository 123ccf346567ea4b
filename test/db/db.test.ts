import pg from 'pg';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { createDb } from '../../src/db/db.ts';
import { useTestDatabase } from '../support/database.ts';
import { buildCompany } from '../support/programs/build.ts';

const database = useTestDatabase();
type Db = ReturnType<typeof createDb>;
const nameOf = (url: string): string => new URL(url).pathname.slice(1);

const HOSTILE = {
  datestyle: 'SQL, DMY',
  timezone: 'Asia/Kolkata',
  intervalstyle: 'sql_standard',
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
  extra_float_digits: '-15',
  client_encoding: 'LATIN5',
  default_transaction_isolation: 'serializable',
};

describe('a connection of the app', () => {
  afterEach(async () => {
    delete process.env['PGOPTIONS'];
    await database.ownerDb.raw('alter database ?? reset all', [nameOf(database.appUrl)]);
  });

  it('has the settings that the app relies on, whatever the server, the role and PGOPTIONS say', async () => {
    for (const [name, value] of Object.entries(HOSTILE))
      await database.ownerDb.raw(`alter database ?? set ?? = '${value}'`, [nameOf(database.appUrl), name]);
    process.env['PGOPTIONS'] = '-c datestyle=German -c timezone=Asia/Tokyo -c bytea_output=escape';
    const db = createDb({ url: database.appUrl });
    const { rows } = await db.raw<{ rows: { name: string; setting: string }[] }>(
      'select lower(name) as name, setting from pg_settings where lower(name) = any(?) order by 1',
      [Object.keys(HOSTILE)],
    );
    await db.destroy();
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      datestyle: 'ISO, MDY',
      timezone: 'UTC',
      intervalstyle: 'postgres',
      bytea_output: 'hex',
      standard_conforming_strings: 'on',
      extra_float_digits: '1',
      client_encoding: 'UTF8',
      default_transaction_isolation: 'read committed',
    });
  });

  it('is not needed for partitions to be read and made right: psql may have other settings', async () => {
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    const months = async (): Promise<unknown[]> =>
      (
        await client.query<{ at: string }>(
          `select extract(epoch from starts_at)::bigint as at from list_partitions('audit_logs') where starts_at is not null`,
        )
      ).rows;
    const before = await months();
    await client.query(`set datestyle = 'SQL, DMY'; set timezone = 'Asia/Kolkata'`);
    expect(await months()).toEqual(before);
    await client.query(`select make_partitions('audit_logs', 6)`);
    const made = await months();
    await client.query(`set datestyle = 'ISO'; set timezone = 'UTC'`);
    expect(await months()).toEqual(made);
    const { rows } = await client.query(
      `select from list_partitions('audit_logs') where starts_at <> month_start(starts_at, 0)`,
    );
    expect([made.length > before.length, rows.length]).toEqual([true, 0]);
    // Before Postgres 18 an abbreviation of a zone is read as another zone's, which the functions' own
    // settings prevent.
    const { rows: settings } = await client.query<{ proconfig: string[] }>(
      `select proconfig from pg_proc where proname in ('list_partitions', 'make_month_partition')`,
    );
    for (const { proconfig } of settings) expect(proconfig).toEqual(['DateStyle=ISO, MDY', 'TimeZone=UTC']);
    await client.end();
  });
});

describe('a pool whose server became read-only', () => {
  it('replaces all its connections, also those that have only read so far, once one of them is refused a write', async () => {
    const db = createDb({ url: database.appUrl, poolMax: 3 });
    const turn = (word: 'on' | 'off'): Promise<unknown> =>
      database.ownerDb.raw(`alter database ?? set default_transaction_read_only = ${word}`, [
        nameOf(database.appUrl),
      ]);
    const write = (): Promise<unknown> => db('rate_limits').where('key', 'nobody').delete();
    const pids = async (): Promise<number[]> => {
      const asked = [1, 2, 3].map(() =>
        db.raw<{ rows: { pid: number }[] }>('select pg_backend_pid() as pid, pg_sleep(0.3)'),
      );
      return (await Promise.all(asked)).map(({ rows }) => rows[0]?.pid ?? 0);
    };
    await turn('on');
    const readOnly = await pids();
    expect(new Set(readOnly).size).toBe(3);
    await turn('off');
    await expect(write()).rejects.toMatchObject({ code: '25006' });
    await write();
    expect((await pids()).filter((pid) => readOnly.includes(pid))).toEqual([]);
    await db.destroy();
  });
});

describe('a statement that a connection is sent again', () => {
  const OF_COMPANY = 'select subdomain from companies where id = ?';

  /** The statements that the only connection of a pool keeps prepared. */
  async function prepared(db: Db): Promise<string[]> {
    const { rows } = await db.raw<{ rows: { statement: string }[] }>(
      'select statement from pg_prepared_statements order by prepare_time',
    );
    return rows.map(({ statement }) => statement);
  }

  /** A pool of one connection. */
  function openOne(): Db {
    const db = createDb({ url: database.appUrl, poolMax: 1 });
    onTestFinished(() => db.destroy());
    return db;
  }

  it('is kept prepared from the second time on, with other values too, and one without values never', async () => {
    const db = openOne();
    const found: unknown[] = [];
    const { id } = await buildCompany(database.db, { subdomain: 'twice' });
    for (const value of [id, 0, id, 0, id, 0, id, 0]) {
      const { rows } = await db.raw<{ rows: { subdomain: string }[] }>(OF_COMPANY, [value]);
      found.push(rows[0]?.subdomain);
      await db.raw('select id from companies');
      if (found.length === 1) expect(await prepared(db)).toEqual([]);
    }
    expect(found).toEqual([1, 2, 3, 4].flatMap(() => ['twice', undefined]));
    expect(await prepared(db)).toEqual([OF_COMPANY.replace('?', '$1')]);
  });

  it('is one of a hundred at most, of which each connection needs some room in the server', async () => {
    const db = openOne();
    for (let n = 0; n < 120; n += 1)
      for (let time = 0; time < 3; time += 1) await db.raw(`select ${String(n)} + ?::int`, [time]);
    expect(await prepared(db)).toHaveLength(100);
    const { rows } = await db.raw<{ rows: { sum: number }[] }>('select 119 + ?::int as sum', [1]);
    expect(rows).toEqual([{ sum: 120 }]);
  });

  it('is not kept when it is as long as an insert of a thousand rows', async () => {
    const db = openOne();
    const long = `select ?::int as n /* ${'x'.repeat(10_000)} */`;
    for (let time = 0; time < 3; time += 1) await db.raw(long, [time]);
    expect(await prepared(db)).toEqual([]);
  });

  it('fails once at most where a migration changed its tables meanwhile, and once more for the next one', async () => {
    const db = openOne();
    await database.ownerDb.raw('create table changing as select 1 as id');
    await database.ownerDb.raw('grant select on changing to public');
    const ask = async (): Promise<unknown> => {
      const { rows } = await db.raw<{ rows: unknown[] }>('select * from changing where id = ?', [1]);
      return rows;
    };
    for (let time = 0; time < 3; time += 1) expect(await ask()).toEqual([{ id: 1 }]);
    for (const [column, expected] of [
      ['name', { id: 1, name: null }],
      ['place', { id: 1, name: null, place: null }],
    ] as const) {
      await database.ownerDb.raw('alter table changing add column ?? text', [column]);
      await expect(ask()).rejects.toThrow('cached plan must not change result type');
      for (let time = 0; time < 3; time += 1) expect(await ask()).toEqual([expected]);
    }
    await database.ownerDb.raw('drop table changing');
  });
});
