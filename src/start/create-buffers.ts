import type { Knex } from 'knex';
import { auditSink } from '../audit/audit-sink.ts';
import { createAuditSpool } from '../audit/audit-spool.ts';
import { createAuditWriter } from '../audit/audit-writer.ts';
import { openSpoolFolders } from '../audit/spool-folders.ts';
import type { Config } from '../config/config.ts';
import { createDb } from '../db/db.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { SessionBuffer, sessionBuffer } from '../workspace/sessions/session-buffer.ts';

/**
 * Creates the memory that the recorders keep between two writes; `attachTo` lets a pool carry it. The
 * recorders write by a pool of their own: requests that fill up the other pool must not keep evidence from
 * the table.
 */
export function createBuffers(
  config: Config,
  log: Log,
  metrics: Metrics,
): { attachTo(db: Knex): Knex; close(): Promise<void> } {
  const { spoolRoot, spoolFolderByAddress, spoolMaxBytes, writeTimeoutMs, ...limits } = config.audit;
  const db = createDb({
    url: config.databaseUrl,
    poolMax: 3,
    applicationName: 'youarecoder-audit',
    acquireTimeoutMs: writeTimeoutMs,
  });
  const folders = openSpoolFolders(spoolRoot, spoolFolderByAddress);
  const spool = createAuditSpool({
    directory: folders.initial,
    maxBytes: spoolMaxBytes,
    onTorn: (file) => {
      log.warn({ file }, 'a crash cut off an audit event in the spool: it had not been acknowledged');
    },
    onBroken: (file, lines) => {
      log.error({ file, lines }, 'unreadable lines in the spool, set apart: was the disk at fault?');
    },
  });
  const writer = createAuditWriter({
    ...{ db, log, metrics, spool, folders },
    limits: { ...limits, writeTimeoutMs },
  });
  const sessions = new SessionBuffer({ db, log, metrics });
  const close = async (): Promise<void> => {
    await sessions.close();
    await writer.close();
    await db.destroy();
  };
  const attachTo = (pool: Knex): Knex =>
    sessionBuffer.attach(auditSink.attach(pool, { metrics, writer }), sessions);
  return { attachTo, close };
}
