import type { Knex } from 'knex';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeMonthsAhead, useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();

beforeAll(() => makeMonthsAhead(database));

async function partitionsOf(db: Knex, table: string): Promise<string[]> {
  return db.from(db.raw('list_partitions(?)', [table])).pluck<string[]>('partition_name');
}

describe('a table that is kept in months', () => {
  it('of audit rows can be changed or emptied by neither the app nor the owner, nor can any of its months', async () => {
    const { db, ownerDb } = database;
    const event = { actor_type: 'system', action_type: 'login', success: true };
    await ownerDb('audit_time_bounds').update({ oldest: '1000 years', ahead: '1000 years' });
    for (const timestamp of [new Date('2001-01-01'), new Date(), new Date('2077-01-01')])
      await db('audit_logs').insert({ ...event, timestamp });
    const partitions = await partitionsOf(ownerDb, 'audit_logs');
    expect(partitions.length).toBeGreaterThan(5);
    for (const table of ['audit_logs', ...partitions]) {
      for (const write of [
        `update ${table} set success = false`,
        `delete from ${table}`,
        `truncate ${table}`,
      ])
        await expect(db.raw(write), write).rejects.toThrow('permission denied');
      await expect(ownerDb.raw(`truncate ${table}`)).rejects.toThrow('append-only');
    }
    await expect(ownerDb('audit_logs').update({ success: false })).rejects.toThrow('append-only');
    await expect(ownerDb('audit_logs').delete()).rejects.toThrow('append-only');
  });

  it('of workspace sessions can be emptied by neither, nor can any of its months', async () => {
    const { db, ownerDb } = database;
    for (const table of ['workspace_sessions', ...(await partitionsOf(ownerDb, 'workspace_sessions'))]) {
      await expect(db.raw(`truncate ${table}`)).rejects.toThrow('permission denied');
      await expect(ownerDb.raw(`truncate ${table}`)).rejects.toThrow('append-only');
    }
  });
});
