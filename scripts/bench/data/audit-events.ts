import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import pg from 'pg';
import { pino } from 'pino';
import { AuditLogger, type AuditEntry } from '../../../src/audit/audit-logger.ts';
import { toAuditRow, type AuditRow } from '../../../src/audit/audit-row.ts';
import { auditSink } from '../../../src/audit/audit-sink.ts';
import { createAuditSpool } from '../../../src/audit/audit-spool.ts';
import { createAuditWriter, type AuditWriter } from '../../../src/audit/audit-writer.ts';
import type { RequestContext } from '../../../src/audit/request-context.ts';
import { timeOrderedId } from '../../../src/audit/time-ordered-id.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { createDb } from '../../../src/db/db.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { appEnvironment } from '../apps/app-environment.ts';
import { companyOf, PEOPLE } from './fill-people.ts';
import { runStatement, type BenchDatabase, type Lab } from '../lab.ts';
import { latencyOf } from '../load.ts';
import type { Latency } from '../outcome.ts';

/** How many wait for their event at once. */
export const CALLERS = 256;

/** Rows of one statement on the bulk side. */
export const BULK_ROWS = 1_000;

/** The rate that a way of writing reached. */
interface WriteRate {
  rowsPerSecond: number;
  latency: Latency;
}

const log = pino({ level: 'silent' });
const metrics = createMetrics();

/**
 * `AuditLogger.log` with `CALLERS` in flight, each as a router of the product would. Throws when a row is
 * missing.
 */
export async function measureAuditLogger(lab: Lab, database: BenchDatabase): Promise<WriteRate> {
  await emptyAuditLogs(database);
  const { writer, close } = openWriter(database, lab.makeFolder('audit-log-spool'));
  const db = auditSink.attach(createDb({ url: database.appUrl }), { metrics, writer });
  try {
    const written = await callTogether(db, lab.options.seconds);
    const { spooledEvents } = writer.state();
    if (spooledEvents > 0)
      throw new Error(`${String(spooledEvents)} events went to the disk and not to the table`);
    return await checked(database, written);
  } finally {
    await close();
    await db.destroy();
  }
}

/** Inserts and commits each event by itself, prepared once, on one connection. */
export async function measureSingleInserts(lab: Lab, database: BenchDatabase): Promise<WriteRate> {
  return measureInserts(lab, database, 1);
}

/** `BULK_ROWS` rows in one insert, prepared once, on one connection. */
export async function measureBulkInserts(lab: Lab, database: BenchDatabase): Promise<WriteRate> {
  return measureInserts(lab, database, BULK_ROWS);
}

interface Written {
  rows: number;
  elapsedMs: number;
  latenciesMs: number[];
}

/** As src/server.ts makes it, with its defaults. */
function openWriter(
  database: BenchDatabase,
  folder: string,
): { writer: AuditWriter; close(): Promise<void> } {
  const config = loadConfig(appEnvironment(database.appUrl, folder));
  const { spoolRoot, spoolFolderByAddress, spoolMaxBytes, ...limits } = config.audit;
  const db = createDb({ url: database.appUrl, poolMax: 2, acquireTimeoutMs: limits.writeTimeoutMs });
  const spool = createAuditSpool({
    directory: join(spoolRoot, spoolFolderByAddress),
    maxBytes: spoolMaxBytes,
    onTorn: () => undefined,
    onBroken: () => undefined,
  });
  const writer = createAuditWriter({ db, log, metrics, spool, limits });
  const close = async (): Promise<void> => {
    await writer.close();
    await db.destroy();
  };
  return { writer, close };
}

async function callTogether(db: Knex, seconds: number): Promise<Written> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1000;
  const call = async (caller: number): Promise<void> => {
    for (let turn = 0; performance.now() < endAt; turn += 1) {
      const calledAt = performance.now();
      const { context, entry } = makeEvent(caller * 7919 + turn);
      await AuditLogger.log(db, context, entry);
      latenciesMs.push(performance.now() - calledAt);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
  return { rows: latenciesMs.length, elapsedMs: performance.now() - startedAt, latenciesMs };
}

async function measureInserts(lab: Lab, database: BenchDatabase, rowsAtOnce: number): Promise<WriteRate> {
  await emptyAuditLogs(database);
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  try {
    return await checked(database, await insertInTurn(client, lab.options.seconds, rowsAtOnce));
  } finally {
    await client.end();
  }
}

async function insertInTurn(client: pg.Client, seconds: number, rowsAtOnce: number): Promise<Written> {
  const statement = insertStatement(rowsAtOnce);
  // Made beforehand: the reference pays for sending and writing rows and not for the product's code that
  // makes them.
  const ready = Array.from({ length: BULK_ROWS }, (_, n) => rowOf(n));
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1000;
  for (let turn = 0; performance.now() < endAt; turn += 1) {
    const calledAt = performance.now();
    const values: unknown[] = [];
    for (let n = 0; n < rowsAtOnce; n += 1) {
      const row = ready[(turn * rowsAtOnce + n) % ready.length];
      values.push(...Object.values({ ...row, event_id: timeOrderedId() }));
    }
    await client.query({ ...statement, values });
    latenciesMs.push(performance.now() - calledAt);
  }
  return { rows: latenciesMs.length * rowsAtOnce, elapsedMs: performance.now() - startedAt, latenciesMs };
}

/** Names the columns of a row as the product writes it, so a new column comes in by itself. */
function insertStatement(rowsAtOnce: number): { name: string; text: string } {
  const columns = Object.keys(rowOf(0));
  const row = (n: number): string =>
    `(${columns.map((_, column) => `$${String(n * columns.length + column + 1)}`).join(', ')})`;
  const rows = Array.from({ length: rowsAtOnce }, (_, n) => row(n));
  return { name: 'write', text: `insert into audit_logs (${columns.join(', ')}) values ${rows.join(', ')}` };
}

function rowOf(n: number): AuditRow {
  const { context, entry } = makeEvent(n);
  return toAuditRow(context, entry);
}

/**
 * An event as a request makes it: the context of requestContext(req), the entry of a workspace that was
 * opened.
 */
function makeEvent(n: number): { context: RequestContext; entry: AuditEntry } {
  const person = (n % PEOPLE) + 1;
  const context: RequestContext = {
    requestId: randomUUID(),
    actorType: 'user',
    userId: person,
    companyId: companyOf(person),
    ip: `203.0.${String(person >> 8)}.${String(person & 255)}`,
    rawIp: null,
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    method: 'POST',
    path: `/workspace/${String(person)}/open`,
    browserSessionHash: null,
    at: new Date(),
    log,
  };
  const entry: AuditEntry = {
    action: 'workspace_access',
    success: true,
    resourceType: 'workspace',
    resourceId: person,
    details: {
      workspace: `workspace-${String(person)}`,
      access_method: 'web',
      workspace_session_id: n,
      session_started_at: context.at,
    },
  };
  return { context, entry };
}

/** Every measurement begins with the same empty table and nothing left to write behind it. */
async function emptyAuditLogs({ superUrl }: BenchDatabase): Promise<void> {
  await runStatement(`${superUrl}?options=-csession_replication_role%3Dreplica`, 'truncate audit_logs');
  await runStatement(superUrl, 'checkpoint');
}

async function checked({ superUrl }: BenchDatabase, written: Written): Promise<WriteRate> {
  const { rows, elapsedMs, latenciesMs } = written;
  const [found] = await runStatement<{ count: string }>(superUrl, 'select count(*) from audit_logs');
  if (Number(found?.count) !== rows) {
    throw new Error(`${String(rows)} events were acknowledged and ${String(found?.count)} are in the table`);
  }
  return { rowsPerSecond: (1000 * rows) / elapsedMs, latency: latencyOf(latenciesMs) };
}
