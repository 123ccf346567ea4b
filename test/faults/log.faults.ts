import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/audit/request-context.ts';
import { checkLogs } from '../../src/transparency/check/check-logs.ts';
import { keepLogs } from '../../src/transparency/sequence/keep-logs.ts';
import { createDb } from '../../src/db/db.ts';
import { pino } from 'pino';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { startChild, type Child } from '../support/programs/child.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { buildAuditRow, poolsOf } from '../evidence/support.ts';

const KILLS = 40;
const KEEPERS = 3;

let database: TestDatabase;
let cast: Cast;
let writers: Knex;

beforeEach(async () => {
  database = await createTestDatabase();
  cast = await buildCast(database.db);
  writers = createDb({ url: database.appUrl, poolMax: 8 });
});

afterEach(async () => {
  await writers.destroy();
  await database.close();
});

const upTo = (limit: number): number => Math.floor(Math.random() * limit);

/**
 * Writes rows until told to stop: each in a transaction of its own that commits late, soon or never, so that
 * ids appear out of order and with gaps. Returns how many were committed.
 */
async function write(isOver: () => boolean): Promise<number> {
  let committed = 0;
  while (!isOver()) {
    const person = [cast.alice, cast.bob, cast.charlie][upTo(3)] ?? cast.alice;
    const trx = await writers.transaction();
    await buildAuditRow(trx, person, { details: { n: committed } });
    await pause(upTo(30));
    if (upTo(5) === 0) await trx.rollback();
    else {
      await trx.commit();
      committed += 1;
    }
  }
  return committed;
}

/** Starts a process that keeps the logs, and waits until it has sequenced something. */
async function startKeeper(): Promise<Child> {
  const child = await startChild('test/faults/log-keeper.ts', { env: { DATABASE_URL: database.appUrl } });
  await once(child.stdout, 'data');
  return child;
}

describe('the log of the evidence', () => {
  it(`has every row once, with contiguous indices, after ${String(KILLS)} kills of ${String(KEEPERS)} sequencers beside writers`, async () => {
    const state = { isOver: false };
    const writing = [1, 2, 3, 4].map(() => write(() => state.isOver));
    const keepers = await Promise.all(Array.from({ length: KEEPERS }, startKeeper));
    for (let kill = 0; kill < KILLS; kill += 1) {
      // Somewhere within its steps.
      await pause(upTo(60));
      const place = kill % KEEPERS;
      keepers[place]?.kill('SIGKILL');
      keepers[place] = await startKeeper();
    }
    state.isOver = true;
    const committed = (await Promise.all(writing)).reduce((sum, count) => sum + count, 0);
    for (const keeper of keepers) keeper.kill('SIGKILL');
    const { signer } = poolsOf(database.db);
    await keepLogs(database.db, { at: new Date() }, { signer, publishSeconds: 0 });
    const { rows } = await database.db.raw<{ rows: Record<string, number>[] }>(
      `select (select count(*) from audit_logs) as rows,
              (select count(*) from log_leaves where type = 'audit_log') as leaves,
              (select count(*) from audit_logs a where not exists (
                 select from log_leaves l where l.type = 'audit_log' and l.record_id = a.id)) as missing,
              (select count(*) from (
                 select log_id, max(leaf_index) + 1 - count(*) as gap from log_leaves group by log_id) g
               where gap <> 0) as gaps,
              (select count(*) from transparency_logs where sequenced <> published) as behind`,
    );
    // The platform's log has its own newest entries to come.
    expect(rows[0]).toMatchObject({ leaves: rows[0]?.['rows'], missing: 0, gaps: 0 });
    expect(rows[0]?.['rows']).toBeGreaterThanOrEqual(committed);
    expect(committed).toBeGreaterThan(100);
    const log = pino({ level: 'silent' });
    const found = await checkLogs(database.db, systemContext({ name: 'check', at: new Date(), log }), {
      signer,
    });
    expect(found).toMatchObject({ faultCount: 0, late: 0 });
  });
});
