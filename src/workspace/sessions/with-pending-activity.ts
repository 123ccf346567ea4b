import type { Knex } from 'knex';
import { outermost } from '../../db/db.ts';
import type { ReporterFilter, TakenTouches } from './remembered-sessions.ts';
import { sessionBuffers } from './session-buffers.ts';
import { writeTouches } from './write-touches.ts';

/**
 * Part of WorkspaceSessionTracker. Does `work` on sessions of which this process may still have touches in
 * memory: they are written first, in the same transaction, so that an end and its audit row have the full
 * count. When it is rolled back, the touches are kept. Nothing may have locked the sessions before.
 */
export async function withPendingActivity<T>(
  db: Knex,
  filter: ReporterFilter,
  work: (db: Knex) => Promise<T>,
): Promise<T> {
  const buffers = sessionBuffers.of(db);
  await buffers?.traffic?.flush();
  const buffer = buffers?.activity;
  const taken = (await buffer?.take(filter)) ?? [];
  if (buffer === undefined || taken.length === 0) return work(db);
  const putBack = (): void => {
    buffer.putBack(taken);
  };
  return db
    .transaction((trx) => workAfter(trx, taken, work))
    .then(
      (done) => {
        if (db.isTransaction === true) void outermost(db as Knex.Transaction).executionPromise.catch(putBack);
        return done;
      },
      (error: unknown) => {
        putBack();
        throw error;
      },
    );
}

async function workAfter<T>(
  trx: Knex.Transaction,
  taken: TakenTouches[],
  work: (db: Knex) => Promise<T>,
): Promise<T> {
  await writeTouches(trx, taken);
  return work(trx);
}
