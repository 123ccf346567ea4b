import type { RequestListener } from 'node:http';
import type { Express } from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { WorkspaceDeps } from '../../src/workspace/workspace-deps.ts';
import { auditSink } from '../../src/audit/audit-sink.ts';
import type { AuditWriter } from '../../src/audit/audit-writer.ts';
import { writeRefusedAttempts } from '../../src/audit/security/refused-attempts.ts';
import { systemContext } from '../../src/audit/request-context.ts';
import { handlePasswordResets } from '../../src/people/password/handle-password-resets.ts';
import { createPaytr } from '../../src/billing/paytr/paytr.ts';
import { loadConfig, type Config } from '../../src/config/config.ts';
import type { Log } from '../../src/log.ts';
import { createMetrics, type Metrics } from '../../src/metrics.ts';
import { createReadDb } from '../../src/db/read-db.ts';
import { SessionBuffer, sessionBuffer } from '../../src/workspace/sessions/session-buffer.ts';
import type { UpgradeHandler } from '../../src/workspace/gateway/upgrade-handler.ts';
import { readMails, type ReadMail } from './read-mails.ts';
import { createTestAuditWriter } from './audit-writer.ts';
import { createFakeRuntime } from './fake-runtime.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { FAKE_STORE } from './fake-paytr.ts';
import { SESSION_SECRET } from './programs/second-factor.ts';
import { expectListedDetails } from './listed-details.ts';
import { rememberParts } from './sign-in.ts';
import { listenForVisitors } from './visitor.ts';

export interface TestApp {
  app: Express;
  /** For a server: the app behind the way into workspaces. */
  listener: RequestListener;
  /** For a server's upgrades. */
  upgrade: UpgradeHandler | undefined;
  deps: WorkspaceDeps;
  database: TestDatabase;
  /** The pool of the database, which carries the buffers of the app. */
  db: TestDatabase['db'];
  auditWriter: AuditWriter;
  sessions: SessionBuffer;
  config: Config;
  metrics: Metrics;
  /** The mails that the app has written since `forgetMails`; nothing sends them. */
  mails(): Promise<ReadMail[]>;
  forgetMails(): Promise<void>;
  /** Deals with the requests for a new password, as the schedule does. Returns its summary. */
  handleResets(at?: Date): ReturnType<typeof handlePasswordResets>;
  /** Every log line, parsed, of level warn and above. */
  logLines: Record<string, unknown>[];
  /**
   * Writes the audit rows of refused attempts that are still being counted, as the schedule does at the end
   * of their window.
   */
  writeCounted(): Promise<number>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  env?: Record<string, string>;
  deps?: Partial<WorkspaceDeps>;
  /** A database of the caller, who also closes it. */
  database?: TestDatabase;
  /** The file has tests of plans: see `createTestDatabase`. */
  databaseIsUnused?: boolean;
  /** False: no mail, so links must be handed over by hand. */
  mailIsConfigured?: boolean;
  /** Workspaces have no address of their own. */
  withoutHosts?: boolean;
  /** The file writes audit rows with details that the product never has. */
  hasOddDetails?: boolean;
}

/** The whole application on a database of its own. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database =
    options.database ?? (await createTestDatabase({ isUnused: options.databaseIsUnused ?? false }));
  const config = loadTestConfig(database, options);
  const logLines: Record<string, unknown>[] = [];
  let lastMail = 0;
  const metrics = createMetrics();
  const log = createTestLog(logLines);
  const { auditWriter, sessions, close: closeBuffers } = createTestBuffers(database, { log, metrics });
  const db = sessionBuffer.attach(auditSink.attach(database.db, { metrics, writer: auditWriter }), sessions);
  const deps: WorkspaceDeps = {
    config,
    db,
    readDb: createReadDb({ primary: db, replica: config.databaseReplica, log, metrics }),
    log,
    metrics,
    paytr: createPaytr(config.paytr),
    runtime: createFakeRuntime(),
    ...options.deps,
  };
  const { app, listener, upgrade, cut } = createApp(deps, database.sessionsDb);
  // As in production: compiling its templates anew is most of what a page costs.
  app.enable('view cache');
  const visits = await listenForVisitors(app);
  rememberParts(app, { db, config, log });
  return {
    app,
    listener,
    upgrade,
    deps,
    database,
    db: deps.db,
    auditWriter,
    sessions,
    config,
    metrics: deps.metrics,
    mails: () => readMails(db, { after: lastMail, sessionSecret: config.sessionSecret }),
    forgetMails: async () => {
      const newest = await db('mails').max<{ id: number | null }[]>('id as id');
      lastMail = newest[0]?.id ?? 0;
    },
    handleResets: (at = new Date()) =>
      handlePasswordResets(db, systemContext({ name: 'test', at, log }), { config }),
    logLines,
    writeCounted: () => {
      const at = new Date(Date.now() + 3_600_000);
      return writeRefusedAttempts(deps.db, systemContext({ name: 'test', at, log }));
    },
    close: async () => {
      cut('sockets');
      await visits.close();
      await deps.readDb.close();
      await closeBuffers();
      if (options.database !== undefined) return;
      if (options.hasOddDetails !== true) await expectListedDetails(database.ownerDb);
      await database.close();
    },
  };
}

function loadTestConfig(database: TestDatabase, options: TestAppOptions): Config {
  const loaded = loadConfig({
    NODE_ENV: 'test',
    BASE_URL: 'http://localhost:3000',
    WORKSPACE_DOMAIN: 'localhost',
    DATABASE_URL: database.appUrl,
    SESSION_SECRET,
    PAYTR_USER_IP_OVERRIDE: '203.0.113.10',
    PAYTR_BASE_URL: 'http://127.0.0.1:9',
    PAYTR_MERCHANT_ID: FAKE_STORE.merchantId,
    PAYTR_MERCHANT_KEY: FAKE_STORE.merchantKey,
    PAYTR_MERCHANT_SALT: FAKE_STORE.merchantSalt,
    ...(options.mailIsConfigured === false ? {} : { SMTP_URL: 'smtp://127.0.0.1:9' }),
    ...options.env,
  });
  return options.withoutHosts === true ? { ...loaded, workspaceDomain: null } : loaded;
}

/**
 * With a pool of their own, as in the server: requests that fill the other pool may wait for the recorders.
 * The buffer of sessions writes when a test calls `flush`.
 */
function createTestBuffers(
  database: TestDatabase,
  { log, metrics }: Pick<WorkspaceDeps, 'log' | 'metrics'>,
): Pick<TestApp, 'auditWriter' | 'sessions' | 'close'> {
  const db = database.recordersDb;
  const { auditWriter, close: closeWriter } = createTestAuditWriter({ db, log, metrics });
  const sessions = new SessionBuffer({ db, log, metrics, everyMs: 2 ** 30 });
  return {
    auditWriter,
    sessions,
    close: async () => {
      await sessions.close();
      await closeWriter();
    },
  };
}

/** Registers the creation and closing of a test app. The returned object is filled before the first test. */
export function useTestApp(options: TestAppOptions = {}): TestApp {
  const holder = {} as TestApp;
  beforeAll(async () => {
    Object.assign(holder, await createTestApp(options));
  });
  afterAll(() => holder.close());
  return holder;
}

function createTestLog(lines: Record<string, unknown>[]): Log {
  return pino(
    { level: 'warn' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
}
