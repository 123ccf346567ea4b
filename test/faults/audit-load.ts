import { pino } from 'pino';
import { AuditLogger } from '../../src/audit/audit-logger.ts';
import { auditSink } from '../../src/audit/audit-sink.ts';
import { createAuditSpool } from '../../src/audit/audit-spool.ts';
import { createAuditWriter } from '../../src/audit/audit-writer.ts';
import { systemContext } from '../../src/audit/request-context.ts';
import { createDb } from '../../src/db/db.ts';
import { createMetrics } from '../../src/metrics.ts';

/** Callers that log one event after the other. */
const CALLERS = 24;

/**
 * A process that logs audit events as fast as it can, until SIGTERM, and prints `ack <request id> <time>` for
 * each that was acknowledged. Its log goes to standard error. With EVENTS=0 it only replays the spool.
 */
async function main(env: Record<string, string | undefined>): Promise<void> {
  const { DATABASE_URL = '', SPOOL_DIR = '', RUN = '' } = env;
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const metrics = createMetrics();
  const pool = createDb({ url: DATABASE_URL, poolMax: 2, acquireTimeoutMs: 500 });
  const spool = createAuditSpool({
    directory: SPOOL_DIR,
    maxBytes: 1e9,
    onTorn: () => undefined,
    onBroken: () => undefined,
  });
  const limits = { queueEvents: 200, batchEvents: 50, writeTimeoutMs: 1000 };
  const writer = createAuditWriter({ db: pool, log, metrics, spool, limits });
  const db = auditSink.attach(pool, { metrics, writer });
  let isStopping = env['EVENTS'] === '0';
  let count = 0;
  process.once('SIGTERM', () => {
    isStopping = true;
  });

  const call = async (): Promise<void> => {
    while (!isStopping) {
      count += 1;
      const at = new Date();
      const context = {
        ...systemContext({ name: 'load', at, log }),
        requestId: `${RUN}-${count}`,
      };
      await AuditLogger.log(db, context, { action: 'logout', success: true, details: { count } });
      process.stdout.write(`ack ${context.requestId} ${at.toISOString()}\n`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  await writer.close();
  process.stdout.write(`left ${writer.state().spooledEvents}\n`);
  await pool.destroy();
}

await main(process.env);
