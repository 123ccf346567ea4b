import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemContext, type RequestContext } from '../../src/audit/request-context.ts';
import { describePartitions, makePartitions } from '../../src/jobs/make-partitions.ts';
import { createTestDatabase, makeMonthsAhead, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
  await makeMonthsAhead(database);
  return () => database.close();
});

function context(): RequestContext {
  const log = pino({ level: 'silent' });
  return systemContext({ name: 'make-partitions', at: new Date(), log });
}

/** The first of a month, so many months after this one. */
function month(ahead: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead));
}

async function places(): Promise<{ place: string; row: unknown }[]> {
  return database
    .db('audit_logs')
    .orderBy('id')
    .select<{ place: string; row: unknown }[]>(
      database.db.raw('tableoid::regclass::text as place, to_jsonb(audit_logs) as row'),
    );
}

/** Makes them, and says so as `npm run maintain` does. */
const make = async (monthsAhead: number): Promise<string> =>
  describePartitions(await makePartitions(database.db, context(), { monthsAhead }));

describe('making partitions', () => {
  it('says that nothing was missing right after the migrations', async () => {
    expect(await make(3)).toBe('nothing was missing');
  });

  it('makes each month once when two processes do it at once, as the role that may make no table', async () => {
    // Both connections are open before: a new one waits while tables are made, on a busy machine too long.
    const open = await Promise.all([database.db.transaction(), database.db.transaction()]);
    await Promise.all(open.map((trx) => trx.rollback()));
    const said = await Promise.all([1, 2].map(() => make(5)));
    const made = said.join(' ').match(/(audit_logs|workspace_sessions) \d{4}-\d\d/g) ?? [];
    expect(made).toHaveLength(4);
    expect(new Set(made).size).toBe(4);
    await expect(database.db.raw('create table mine ()')).rejects.toThrow('permission denied');
  });

  it('moves what was written before its partition was there, and changes nothing in it', async () => {
    const event = { actor_type: 'system', action_type: 'login', success: true };
    const details = { text: 'ç"\\n', n: 1.5 };
    await database.db('audit_logs').insert([
      { ...event, timestamp: month(4), details },
      { ...event, timestamp: new Date(month(5).getTime() - 1), ip_address: '203.0.113.1' },
      { ...event, timestamp: month(5) },
    ]);
    const before = await places();
    expect(before.map(({ place }) => place)).toEqual(Array(3).fill('audit_logs_default'));
    expect(await make(4)).toContain('2 rows moved into it');
    const after = await places();
    expect(after.map(({ row }) => row)).toEqual(before.map(({ row }) => row));
    const name = `audit_logs_${month(4).toISOString().slice(0, 7).replace('-', '_')}`;
    expect(after.map(({ place }) => place)).toEqual([name, name, 'audit_logs_default']);
  });

  it('gives a new partition, and the rows’ old place, every protection again', async () => {
    const event = { actor_type: 'system', action_type: 'login', success: true };
    await database.db('audit_logs').insert([4, 9].map((ahead) => ({ ...event, timestamp: month(ahead) })));
    await makePartitions(database.db, context(), { monthsAhead: 4 });
    for (const { place } of await places()) {
      for (const write of [
        `update ${place} set success = false`,
        `delete from ${place}`,
        `truncate ${place}`,
      ]) {
        await expect(database.ownerDb.raw(write), write).rejects.toThrow('append-only');
        await expect(database.db.raw(write), write).rejects.toThrow('permission denied');
      }
    }
  });

  it('refuses another table, and more months than anybody needs', async () => {
    await expect(database.db.raw(`select make_partitions('users', 3)`)).rejects.toThrow('knows audit_logs');
    await expect(makePartitions(database.db, context(), { monthsAhead: 25 })).rejects.toThrow('24 months');
  });
});
