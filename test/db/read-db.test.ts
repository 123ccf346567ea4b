import { afterEach, describe, expect, it } from 'vitest';
import type { Knex } from 'knex';
import { pino } from 'pino';
import { NotFound } from '../../src/errors.ts';
import { createMetrics } from '../../src/metrics.ts';
import { createReadDb, type ReadDb } from '../../src/db/read-db.ts';
import { createTestDatabase, useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();

const opened: ReadDb[] = [];

afterEach(async () => {
  for (const readDb of opened.splice(0)) await readDb.close();
});

function open(url: string | null, restMs = 60_000): { readDb: ReadDb; warnings: string[]; reads: Reads } {
  const warnings: string[] = [];
  const metrics = createMetrics();
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const replica = { url, poolMax: 2, waitMs: 2000, restMs };
  const readDb = createReadDb({ primary: database.db, replica, log, metrics });
  opened.push(readDb);
  const reads: Reads = async () => {
    const { values } = await metrics.databaseReads.get();
    return values.map(
      ({ labels, value }) => `${String(labels.target)} ${String(labels.reason)} ${String(value)}`,
    );
  };
  return { readDb, warnings, reads };
}

type Reads = () => Promise<string[]>;

/** Nobody listens on it. */
const NOBODY = 'postgres://nobody:nothing@127.0.0.1:9/nothing';

describe('reads that a replica may serve', () => {
  it('go to the primary without a question when there is no replica', async () => {
    const { readDb, reads } = open(null);
    const asked: string[] = [];
    const listen = ({ sql }: { sql: string }): void => void asked.push(sql);
    database.db.on('query', listen);
    const answer = await readDb.read('viewer', (db) => db.raw<{ rows: unknown[] }>('select 1 as one'));
    database.db.off('query', listen);
    expect(answer.rows).toEqual([{ one: 1 }]);
    expect(asked).toEqual(['select 1 as one']);
    expect(await reads()).toEqual(['primary no-replica 1']);
    expect(readDb.state()).toEqual({ status: 'none', reason: null });
  });

  it('go to the primary when the replica is away, which is said once and not tried again for a while', async () => {
    const { readDb, warnings, reads } = open(NOBODY);
    for (const use of ['viewer', 'export', 'viewer'] as const) {
      expect(await readDb.read(use, (db) => Promise.resolve(db === database.db))).toBe(true);
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"reason":"unreachable"');
    expect(warnings[0]).not.toContain('nothing@');
    expect(await reads()).toEqual(['primary unreachable 3']);
    expect(readDb.state()).toEqual({ status: 'left-alone', reason: 'unreachable' });
  });

  it('ask the replica again after its rest', async () => {
    const asked: string[] = [];
    const listen = ({ sql }: { sql: string }): void => void asked.push(sql);
    const { readDb } = open(NOBODY, 0);
    database.db.on('query', listen);
    for (let time = 0; time < 2; time += 1) await readDb.read('viewer', () => Promise.resolve());
    database.db.off('query', listen);
    expect(asked).toHaveLength(2);
  });

  it('never go to a server that takes writes: it may be a primary of its own since yesterday', async () => {
    const { readDb, reads } = open(database.appUrl);
    expect(await readDb.read('export', (db) => Promise.resolve(db === database.db))).toBe(true);
    expect(await reads()).toEqual(['primary not-a-replica 1']);
  });

  it('hand on what the work itself refuses', async () => {
    const { readDb } = open(null);
    await expect(readDb.read('viewer', () => Promise.reject(new NotFound()))).rejects.toThrow(NotFound);
  });

  it('do not ask a replica with a fault again before its rest is over', async () => {
    const asked: string[] = [];
    const listen = ({ sql }: { sql: string }): void => void asked.push(sql);
    const { readDb } = open(NOBODY);
    database.db.on('query', listen);
    for (let time = 0; time < 3; time += 1) await readDb.read('viewer', () => Promise.resolve());
    database.db.off('query', listen);
    // Where the primary is, which is asked just before the replica.
    expect(asked).toHaveLength(1);
  });
});

/**
 * Functions that come before Postgres' own and make a server look like a replica; they answer every question
 * that the app asks a replica.
 */
async function standIn(facts: { lsn?: string; systemIdentifier?: string } = {}): Promise<string> {
  const { lsn = 'pg_catalog.pg_current_wal_insert_lsn()', systemIdentifier = 'system_identifier' } = facts;
  await database.ownerDb.raw('drop schema if exists replica cascade');
  await database.ownerDb.raw(`
    create schema replica;
    grant usage on schema replica to public;
    create function replica.pg_is_in_recovery() returns boolean language sql as 'select true';
    create function replica.pg_last_wal_replay_lsn() returns pg_lsn language sql as 'select ${lsn}';
    create function replica.pg_control_system() returns table (system_identifier bigint)
      language sql as 'select ${systemIdentifier} from pg_catalog.pg_control_system()'`);
  const url = new URL(database.appUrl);
  url.searchParams.set('options', '-c search_path=replica,pg_catalog,public');
  return url.href;
}

describe('reads that go to a replica', () => {
  const whoReads = (db: Knex): Promise<string> => Promise.resolve(db === database.db ? 'primary' : 'replica');

  it('are served by it once it has replayed what the primary had written', async () => {
    const { readDb } = open(await standIn());
    expect(await readDb.read('viewer', whoReads)).toBe('replica');
  });

  it('never are by a replica of another server, nor by another database of the same one', async () => {
    const { readDb, reads } = open(await standIn({ systemIdentifier: '7' }));
    expect(await readDb.read('export', whoReads)).toBe('primary');
    expect(await reads()).toEqual(['primary other-database 1']);
    const url = new URL(await standIn());
    const other = await createTestDatabase();
    await other.ownerDb.raw('create schema replica');
    await other.ownerDb.raw(`
      create function replica.pg_is_in_recovery() returns boolean language sql as 'select true';
      create function replica.pg_last_wal_replay_lsn() returns pg_lsn
        language sql as 'select pg_catalog.pg_current_wal_insert_lsn()';
      grant usage on schema replica to public`);
    url.pathname = new URL(other.appUrl).pathname;
    const beside = open(url.href);
    expect(await beside.readDb.read('export', whoReads)).toBe('primary');
    expect(await beside.reads()).toEqual(['primary other-database 1']);
    await beside.readDb.close();
    opened.splice(opened.indexOf(beside.readDb), 1);
    await other.close();
  });

  it('begin anew on the primary when the replica breaks off in the middle', async () => {
    const { readDb, reads } = open(await standIn());
    const seen: string[] = [];
    const answer = await readDb.read('export', async (db) => {
      seen.push(await whoReads(db));
      if (db !== database.db) await db.raw('select pg_terminate_backend(pg_backend_pid())');
      return 'whole';
    });
    expect([answer, seen]).toEqual(['whole', ['replica', 'primary']]);
    expect(await reads()).toContain('primary failed 1');
  });

  it('wait for a replica that is behind: an export as long as is configured, the viewer much shorter', async () => {
    const { readDb } = open(await standIn({ lsn: '$q$0/1$q$::pg_lsn'.replaceAll('$q$', "''") }), 0);
    const ended: string[] = [];
    await Promise.all(
      (['export', 'viewer'] as const).map((use) =>
        readDb.read(use, (db) => {
          ended.push(`${use} ${db === database.db ? 'primary' : 'replica'}`);
          return Promise.resolve();
        }),
      ),
    );
    expect(ended).toEqual(['viewer primary', 'export primary']);
  });
});
