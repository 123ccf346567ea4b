import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { outermost } from '../../db/db.ts';
import type { ReporterFilter, TakenTouches } from './remembered-sessions.ts';
import { writeTouches } from './write-touches.ts';

/**
 * Part of WorkspaceSessionTracker. Does `work` on sessions of which this process may still have touches in
 * memory: they are written first, in the same transaction, so that an end and its audit row have the full
 * count. When it is rolled back, the touches are kept. Nothing may have locked the sessions before.
 */
export async function withPendingActivity<T>(
  db: Knex,
  context: RequestContext,
  filter: ReporterFilter,
  work: (db: Knex) => Promise<T>,
): Promise<T> {
  await context.recorders?.trafficBuffer?.flush();
  const buffer = context.recorders?.activityBuffer;
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
