import type { Knex } from 'knex';
import { pino } from 'pino';
import { createMetrics } from '../../src/metrics.ts';
import { createReadDb, type ReadDb } from '../../src/db/read-db.ts';

/** Reads without a replica. */
export function readsOf(db: Knex): ReadDb {
  const replica = { url: null, poolMax: 1, waitMs: 1 };
  return createReadDb({ primary: db, replica, log: pino({ level: 'silent' }), metrics: createMetrics() });
}
