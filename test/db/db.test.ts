import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { createDb } from '../../src/db/db.ts';
import { useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();
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
