import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { pino } from 'pino';
import { afterEach, beforeAll, afterAll, describe, expect, it, vi } from 'vitest';
import { AuditLogger, type AuditEntry } from '../../src/audit/audit-logger.ts';
import { toAuditRow } from '../../src/audit/audit-row.ts';
import { auditSink } from '../../src/audit/audit-sink.ts';
import { QUARANTINE_FILE } from '../../src/audit/audit-spool.ts';
import { openSpoolFolders } from '../../src/audit/spool-folders.ts';
import { toEventLine } from '../../src/audit/insert-audit-events.ts';
import { systemContext, type RequestContext } from '../../src/audit/request-context.ts';
import { createDb } from '../../src/db/db.ts';
import { createMetrics, type Metrics } from '../../src/metrics.ts';
import { createTestAuditWriter, type TestAuditWriter } from '../support/audit-writer.ts';
import { useTestDatabase } from '../support/database.ts';
import { startDatabaseProxy, type DatabaseProxy } from '../support/postgres/database-proxy.ts';

const database = useTestDatabase();
const AT = new Date('2026-11-24T10:00:00.123Z');
const NOBODY = 999_999_999;

interface Scene extends TestAuditWriter {
  metrics: Metrics;
  /** Lets a pool have the writer. */
  attach(db: Knex): Knex;
  /** Log lines of level warn and above. */
  lines: Record<string, unknown>[];
  /** Texts of the statements that insert events. */
  inserts: string[];
  context(requestId: string): RequestContext;
  /** Logs one event under that request id. */
  log(requestId: string, entry?: Partial<AuditEntry>): Promise<void>;
}

let road: DatabaseProxy;
let pool: Knex;
const cleanings: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  road = await startDatabaseProxy(database.appUrl);
  pool = createDb({ url: road.url, poolMax: 2, acquireTimeoutMs: 1000 });
});

afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean();
});

afterAll(async () => {
  await pool.destroy();
  await road.stop();
});

function startScene(options: Partial<Parameters<typeof createTestAuditWriter>[0]> = {}): Scene {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const metrics = createMetrics();
  const writer = createTestAuditWriter({ db: pool, log, metrics, ...options });
  cleanings.push(writer.close);
  const inserts: string[] = [];
  const note = ({ sql }: { sql: string }): void => {
    if (sql.includes('insert into audit_logs')) inserts.push(sql);
  };
  pool.on('query', note);
  cleanings.push(() => void pool.removeListener('query', note));
  const attach = (to: Knex): Knex => auditSink.attach(to, { metrics, writer: writer.auditWriter });
  const db = attach(pool);
  const context = (requestId: string): RequestContext => ({
    ...systemContext({ name: 'test', at: AT, log }),
    requestId,
  });
  return {
    ...writer,
    attach,
    metrics,
    lines,
    inserts,
    context,
    log: (requestId, entry) =>
      AuditLogger.log(db, context(requestId), { action: 'logout', success: true, ...entry }),
  };
}

async function rowsOf(prefix: string): Promise<{ request_id: string; timestamp: Date }[]> {
  return database.db('audit_logs').whereLike('request_id', `${prefix}%`).select('request_id', 'timestamp');
}

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(5, '0')}`);

/** The rows of these requests are in the table, each once and at its original time. */
async function expectWritten(prefix: string, requestIds: string[]): Promise<void> {
  const rows = await rowsOf(prefix);
  expect(rows.map((row) => row.request_id).sort()).toEqual([...requestIds].sort());
  expect(rows.every((row) => row.timestamp.getTime() === AT.getTime())).toBe(true);
}

const untilReplayed = (scene: Scene): Promise<void> =>
  vi.waitFor(
    () => {
      expect(scene.auditWriter.state()).toMatchObject({ spooledEvents: 0, queuedEvents: 0 });
    },
    { timeout: 15_000, interval: 20 },
  );

const segmentsIn = (directory: string): string[] =>
  existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.ndjson')) : [];

describe('the audit writer', () => {
  it('writes a lone event at once', async () => {
    const scene = startScene();
    await scene.log('lone');
    await expectWritten('lone', ['lone']);
    expect(segmentsIn(scene.directory)).toEqual([]);
  });

  it('writes what comes at the same time in two statements at most', async () => {
    const scene = startScene();
    const ids = numbered('group', 256);
    await Promise.all(ids.map((id) => scene.log(id)));
    await expectWritten('group', ids);
    expect(scene.inserts.length).toBeLessThanOrEqual(2);
  });

  it('keeps a statement within its limit', async () => {
    const scene = startScene({ limits: { batchEvents: 100 } });
    const ids = numbered('limit', 256);
    await Promise.all(ids.map((id) => scene.log(id)));
    await expectWritten('limit', ids);
    expect(scene.inserts.length).toBeGreaterThanOrEqual(3);
    expect(scene.inserts.length).toBeLessThanOrEqual(4);
  });

  it('lets an event that Postgres refuses fail alone, sets it apart and says so', async () => {
    const scene = startScene();
    const ids = numbered('poison', 50);
    const poisoned = ids[17] ?? '';
    await Promise.all(ids.map((id) => scene.log(id, id === poisoned ? { userId: NOBODY } : {})));
    await expectWritten(
      'poison',
      ids.filter((id) => id !== poisoned),
    );
    expect(readFileSync(join(scene.directory, QUARANTINE_FILE), 'utf8')).toContain(poisoned);
    expect(JSON.stringify(scene.lines)).toContain(poisoned);
    expect(await scene.metrics.registry.metrics()).toContain('audit_write_failures_total{action="logout"} 1');
  });

  it('writes details of any size and with any bytes', async () => {
    const scene = startScene();
    await Promise.all([
      scene.log('odd-1', { details: { text: '\0\uD800'.repeat(1_000_000) } }),
      scene.log('odd-2', { details: { ['\0key']: { ['\uDFFF']: '\0' } } }),
      scene.log('odd-3', { errorMessage: 'declined: \0', resourceId: '\uD800' }),
    ]);
    await expectWritten('odd', ['odd-1', 'odd-2', 'odd-3']);
  });
});

describe('while Postgres is away', () => {
  it('keeps events on the disk, for the app’s user only, and writes them once when it is back', async () => {
    const scene = startScene();
    const ids = numbered('away', 30);
    await road.close();
    await Promise.all(ids.slice(0, 20).map((id) => scene.log(id)));
    for (const id of ids.slice(20)) await scene.log(id);
    expect(await rowsOf('away')).toEqual([]);
    expect(scene.auditWriter.state()).toMatchObject({ spooledEvents: 30, lostEvents: 0 });
    expect(scene.auditWriter.state().oldestUnwrittenAt).not.toBeNull();
    expect(statSync(scene.directory).mode & 0o077).toBe(0);
    for (const name of segmentsIn(scene.directory)) {
      expect(statSync(join(scene.directory, name)).mode & 0o077).toBe(0);
    }
    await road.reopen();
    await untilReplayed(scene);
    await expectWritten('away', ids);
    expect(segmentsIn(scene.directory)).toEqual([]);
  });

  it('writes events once whose first answer was lost with the connection', async () => {
    const scene = startScene();
    const ids = numbered('lost', 40);
    road.loseAnswerTo('lost-00000');
    await Promise.all(ids.map((id) => scene.log(id)));
    await untilReplayed(scene);
    await expectWritten('lost', ids);
    expect(existsSync(join(scene.directory, QUARANTINE_FILE))).toBe(false);
  });

  it('does not wait for a database that is slow beyond the limit', async () => {
    const scene = startScene({ limits: { writeTimeoutMs: 100 } });
    const ids = numbered('slow', 5);
    await database.ownerDb.transaction(async (trx) => {
      await trx.raw('lock table audit_logs in access exclusive mode');
      await Promise.all(ids.map((id) => scene.log(id)));
      expect(scene.auditWriter.state()).toMatchObject({ spooledEvents: 5 });
    });
    await untilReplayed(scene);
    await expectWritten('slow', ids);
  });

  it('lets the spool take what the queue has no room for, so that memory stays flat', async () => {
    const scene = startScene({ limits: { queueEvents: 10, writeTimeoutMs: 1000 } });
    const ids = numbered('full', 500);
    await Promise.all(ids.map((id) => scene.log(id)));
    const text = await scene.metrics.registry.metrics();
    expect(text).toContain('audit_spooled_events_total{reason="queue-full"} 490');
    await untilReplayed(scene);
    await expectWritten('full', ids);
  });

  it('goes on with the spool after a restart, skips a line cut off by a crash, and says so', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'audit-spool-'));
    cleanings.push(() => {
      rmSync(directory, { recursive: true });
    });
    const lines = numbered('torn', 3).map((requestId) => lineOf(requestId));
    const name = '001764000000000-00000000-0000-4000-8000-000000000000.ndjson';
    writeFileSync(join(directory, name), lines.join('\n').slice(0, -20));
    const scene = startScene({ directory });
    await vi.waitFor(async () => {
      expect(await rowsOf('torn')).toHaveLength(2);
    });
    await vi.waitFor(() => {
      expect(segmentsIn(directory)).toEqual([]);
    });
    await expectWritten('torn', numbered('torn', 2));
    expect(scene.torn).toHaveLength(1);
  });

  it('replays twice what a crash interrupted, and writes it once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'audit-spool-'));
    cleanings.push(() => {
      rmSync(directory, { recursive: true });
    });
    const text = `${numbered('again', 5)
      .map((requestId) => lineOf(requestId))
      .join('\n')}\n`;
    for (const digit of ['1', '2']) {
      const name = `001764000000000-00000000-0000-4000-8000-00000000000${digit}.ndjson`;
      writeFileSync(join(directory, name), text);
    }
    startScene({ directory });
    await vi.waitFor(() => {
      expect(segmentsIn(directory)).toEqual([]);
    });
    await expectWritten('again', numbered('again', 5));
    expect(existsSync(join(directory, QUARANTINE_FILE))).toBe(false);
  });

  it('lets processes share a folder: each event is written once, whoever replays it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'audit-spool-'));
    cleanings.push(() => {
      rmSync(directory, { recursive: true });
    });
    const first = startScene({ directory });
    await road.close();
    const ids = numbered('share', 60);
    for (const id of ids.slice(0, 20)) await first.log(id);
    await road.reopen();
    // Starting, the second takes over what the first has open; the first notices and loses nothing.
    const second = startScene({ directory });
    await Promise.all([
      ...ids.slice(20, 40).map((id) => first.log(id)),
      ...ids.slice(40).map((id) => second.log(id)),
    ]);
    await untilReplayed(first);
    await untilReplayed(second);
    await expectWritten('share', ids);
    expect(segmentsIn(directory)).toEqual([]);
  });

  it('writes the spool out when it is closed', async () => {
    const scene = startScene({ limits: { queueEvents: 1 } });
    const ids = numbered('close', 50);
    const logged = Promise.all(ids.map((id) => scene.log(id)));
    await logged;
    await scene.auditWriter.close();
    await expectWritten('close', ids);
    expect(segmentsIn(scene.directory)).toEqual([]);
  });

  it('is closed only when what waits in its queue is written', async () => {
    const scene = startScene();
    const ids = numbered('queue', 50);
    const logged = ids.map((id) => scene.log(id));
    await scene.auditWriter.close();
    await expectWritten('queue', ids);
    await Promise.all(logged);
  });
});

describe('the folder of the spool', () => {
  /** A start of the app under that address, given by its folder's name. */
  function startUnder(root: string, byAddress: string): Scene {
    const folders = openSpoolFolders(root, byAddress);
    return startScene({ directory: folders.initial, folders });
  }
  const makeRoot = (): string => {
    const root = mkdtempSync(join(tmpdir(), 'audit-spool-'));
    cleanings.push(() => {
      rmSync(root, { recursive: true });
    });
    return root;
  };

  it('is the same under another address of the same database, and takes along what lay in one by address', async () => {
    const root = makeRoot();
    await road.close();
    const ids = numbered('rename', 20);
    const first = startUnder(root, 'aaaaaaaaaaaa');
    for (const id of ids.slice(0, 10)) await first.log(id);
    expect(segmentsIn(join(root, 'aaaaaaaaaaaa'))).toHaveLength(1);
    await road.reopen();
    await untilReplayed(first);
    await road.close();
    for (const id of ids.slice(10)) await first.log(id);
    expect(segmentsIn(join(root, 'aaaaaaaaaaaa'))).toEqual([]);
    await vi.waitFor(() => {
      expect(first.auditWriter.state().spooledEvents).toBe(10);
    });
    // As after a crash: another process, another address, and the first one never comes back.
    await road.reopen();
    const second = startUnder(root, 'bbbbbbbbbbbb');
    await vi.waitFor(() => expectWritten('rename', ids), { timeout: 10_000 });
    expect(second.auditWriter.state().otherFolders).toEqual([]);
    await untilReplayed(first);
  });

  it('is never that of another database: events that wait there stay, are shown and are reported', async () => {
    const root = makeRoot();
    const folder = join(root, '7000000000000000001-5');
    mkdirSync(folder);
    const name = '001764000000000-00000000-0000-4000-8000-000000000000.ndjson';
    writeFileSync(join(folder, name), `${lineOf('elsewhere')}\n`);
    writeFileSync(join(folder, QUARANTINE_FILE), `${lineOf('refused')}\n`);
    const scene = startUnder(root, 'cccccccccccc');
    await vi.waitFor(() => {
      expect(scene.auditWriter.state().otherFolders).toMatchObject([
        { folder: '7000000000000000001-5', files: 1 },
      ]);
    });
    await vi.waitFor(() => {
      expect(JSON.stringify(scene.lines)).toContain('7000000000000000001-5');
    });
    await scene.auditWriter.close();
    expect(await rowsOf('elsewhere')).toEqual([]);
    expect(segmentsIn(folder)).toEqual([name]);
  });

  it('is the last known one while the database is away, and another one when another database answers', async () => {
    const root = makeRoot();
    const first = startUnder(root, 'dddddddddddd');
    await vi.waitFor(() => {
      expect(readdirSync(root)).toContain('dddddddddddd.database');
    });
    await first.auditWriter.close();
    writeFileSync(join(root, 'dddddddddddd.database'), '7000000000000000001-5\n');
    await road.close();
    const second = startUnder(root, 'dddddddddddd');
    await second.log('stranded');
    await road.reopen();
    await vi.waitFor(() => {
      expect(second.auditWriter.state().otherFolders).toMatchObject([{ files: 1 }]);
    });
    expect(segmentsIn(join(root, '7000000000000000001-5'))).toHaveLength(1);
    expect(second.auditWriter.state().spooledEvents).toBe(0);
    expect(await rowsOf('stranded')).toEqual([]);
  });
});

describe('when the disk does not help', () => {
  it('goes on with the person’s work, logs the whole event and counts it', async () => {
    const blocked = join(mkdtempSync(join(tmpdir(), 'audit-spool-')), 'file');
    writeFileSync(blocked, '');
    const scene = startScene({ directory: join(blocked, 'spool') });
    await road.close();
    await scene.log('unkept');
    await road.reopen();
    expect(scene.auditWriter.state()).toMatchObject({ lostEvents: 1, spooledEvents: 0 });
    expect(JSON.stringify(scene.lines)).toContain('unkept');
    expect(await scene.metrics.registry.metrics()).toContain('audit_write_failures_total{action="logout"} 1');
  });

  it('treats a spool at its limit as a full disk', async () => {
    const scene = startScene({ maxBytes: 1 });
    await road.close();
    await scene.log('limit-1');
    await scene.log('limit-2');
    await road.reopen();
    expect(scene.auditWriter.state()).toMatchObject({ spooledEvents: 1, lostEvents: 1 });
  });
});

describe('in the caller’s transaction', () => {
  it('keeps a refused row once the change is committed', async () => {
    const scene = startScene();
    await scene
      .attach(database.db)
      .transaction((trx) =>
        AuditLogger.log(trx, scene.context('kept'), { action: 'logout', success: true, userId: NOBODY }),
      );
    await vi.waitFor(() => {
      expect(readFileSync(join(scene.directory, QUARANTINE_FILE), 'utf8')).toContain('kept');
    });
    await scene.auditWriter.close();
    const metrics = await scene.metrics.registry.metrics();
    expect(metrics).toContain('audit_write_failures_total{action="logout"} 1');
    expect(metrics).toContain('audit_replayed_events_total 0');
  });

  it('keeps nothing of a change that was rolled back', async () => {
    const scene = startScene();
    await scene
      .attach(database.db)
      .transaction(async (trx) => {
        await AuditLogger.log(trx, scene.context('gone'), {
          action: 'logout',
          success: true,
          userId: NOBODY,
        });
        throw new Error('the change failed');
      })
      .catch(() => undefined);
    await scene.auditWriter.close();
    expect(existsSync(join(scene.directory, QUARANTINE_FILE))).toBe(false);
  });
});

function lineOf(requestId: string): string {
  const log = pino({ level: 'silent' });
  const context = systemContext({ name: 'test', at: AT, log });
  return toEventLine(toAuditRow({ ...context, requestId }, { action: 'logout', success: true }));
}
