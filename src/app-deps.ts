import type { Knex } from 'knex';
import type { RefundGuard } from './billing/guards/refund-guard.ts';
import type { Paytr } from './billing/paytr/paytr.ts';
import type { Config } from './config/config.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { ReadDb } from './db/read-db.ts';

/** The services that server.ts creates once and hands to every router. Tests hand in their own. */
export interface AppDeps {
  config: Config;
  /** Carries the audit sink and the buffers of workspace sessions. */
  db: Knex;
  /** For reads that a replica may serve. */
  readDb: ReadDb;
  log: Log;
  metrics: Metrics;
  paytr: Paytr;
  /** Rules of other rooms that may forbid a refund, such as an open dispute. Absent: none. */
  refundGuards?: readonly RefundGuard[];
}
