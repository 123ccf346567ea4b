import type { Knex } from 'knex';
import type { Paytr } from './billing/paytr/paytr.ts';
import type { Config } from './config/config.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { ReadDb } from './db/read-db.ts';
import type { Recorders } from './recorders.ts';
import type { Mailer } from './mail/mail.ts';
import type { WorkspaceAddresses } from './workspace/workspace-addresses.ts';
import type { WorkspaceRuntime } from './workspace/runtime/runtime.ts';

/** What server.ts makes once and hands to every router; tests hand in their own. */
export interface AppDeps {
  config: Config;
  db: Knex;
  /** For reads that a replica may serve. */
  readDb: ReadDb;
  log: Log;
  metrics: Metrics;
  recorders: Recorders;
  paytr: Paytr;
  mailer: Mailer;
  /** Absent: workspaces run elsewhere, behind a proxy that asks forward-auth. */
  workspaceAddresses?: WorkspaceAddresses;
  /** A connection to a workspace on which nothing is said for so long, in milliseconds, is given up. Absent: two minutes. */
  silentMs?: number;
  runtime: WorkspaceRuntime;
}
