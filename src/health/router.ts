import { timingSafeEqual } from 'node:crypto';
import { Router, type Request } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { auditSink } from '../audit/audit-sink.ts';
import type { AuditWriterState } from '../audit/audit-writer.ts';
import { countStuckPayments } from '../billing/settlement/pending-queries.ts';
import type { Config } from '../config/config.ts';
import { NotFound } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import { sessionBuffer } from '../workspace/sessions/session-buffer.ts';
import { describeSharing } from '../workspace/sandbox/describe-sharing.ts';
import { findRightsToChange } from '../db/evidence-rights.ts';
import { describeHalt } from '../transparency/heads/outside/describe-halt.ts';
import { listOpenHalts } from '../transparency/heads/outside/queries.ts';
import { findOldestUnsequenced } from '../transparency/sequence/find-oldest-unsequenced.ts';
import { listMigrationStates } from '../db/migrations.ts';

/** How long `/readyz` waits for the database before it reports a failure, in milliseconds. */
const READY_TIMEOUT_MS = 2000;

/** SQLSTATEs. */
const READ_ONLY = '25006';
const NO_SUCH_TABLE = '42P01';

const TOKEN_MISSING =
  'Set METRICS_TOKEN and send it as a bearer token: workspaces run on this machine and could ask as well.\n';

/** Any of these headers shows that a proxy passed the request on. */
const PROXY_HEADERS = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'];

/**
 * Three addresses for probes:
 * - `/healthz`: the process answers.
 * - `/readyz`: the database takes writes, its migrations are current, and evidence is safe from the app.
 * - `/metrics`: the process' counters.
 */
export function createHealthRouter({ config, db, readDb, metrics }: AppDeps): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (req, res) => {
    const { evidence, ...checks } = await checkReadiness(db, config);
    const isReady = Object.values(checks).every((check) => check === 'ok');
    res.status(isReady ? 200 : 503).json({
      status: isReady ? 'ok' : 'unavailable',
      checks,
      audit: auditSink.of(db)?.writer?.state(),
      // In words: whether the app may change evidence.
      evidence,
      // In words: what workspaces on this machine share with each other.
      workspaces: describeSharing(config.workspaceRuntime),
      // Reported, but not checked: payments and workspaces go on.
      log: {
        publishing: await describePublishing(db),
        oldestUnsequencedSeconds: await findUnsequencedSeconds(db, req.receivedAt),
      },
      // Reported, but not checked: without the replica the primary serves.
      replica: readDb.state(),
    });
  });
  router.get('/metrics', async (req, res) => {
    if (config.metricsToken === null && config.workspaceRuntime.isManaged && isThisMachine(req)) {
      // Workspaces on this machine could ask from the same address, so that address is not enough.
      res
        .status(401)
        .setHeader('www-authenticate', 'Bearer realm="metrics"')
        .type('text')
        .send(TOKEN_MISSING);
      return;
    }
    if (!mayReadMetrics(req, config)) throw new NotFound();
    const audit = auditSink.of(db)?.writer?.state();
    if (audit !== undefined) noteBacklog(metrics, audit, req.receivedAt);
    metrics.activityPendingTouches.set(sessionBuffer.of(db)?.state().pendingTouches ?? 0);
    metrics.logOldestUnsequenced.set(await findUnsequencedSeconds(db, req.receivedAt));
    metrics.paymentsStuck.set(await countStuckOrUnknown(db, req.receivedAt));
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

function noteBacklog(metrics: Metrics, state: AuditWriterState, at: Date): void {
  const { oldestUnwrittenAt } = state;
  metrics.auditBacklog.set({ where: 'queue' }, state.queuedEvents);
  metrics.auditBacklog.set({ where: 'spool' }, state.spooledEvents);
  metrics.auditSpoolBytes.set(state.spooledBytes);
  metrics.auditOtherFolderBytes.set(state.otherFolders.reduce((sum, { bytes }) => sum + bytes, 0));
  metrics.auditOldestUnwritten.set(
    oldestUnwrittenAt === null ? 0 : Math.max(0, (at.getTime() - oldestUnwrittenAt.getTime()) / 1000),
  );
}

/**
 * Age of the oldest audit row without a leaf; 0 when there is none. NaN, which JSON writes as null, while the
 * database does not answer.
 */
async function findUnsequencedSeconds(db: AppDeps['db'], at: Date): Promise<number> {
  try {
    const oldest = await findOldestUnsequenced(db);
    return oldest === null ? 0 : Math.max(0, (at.getTime() - oldest.getTime()) / 1000);
  } catch {
    return Number.NaN;
  }
}

/** NaN while the database does not answer: a zero would look like good news. */
async function countStuckOrUnknown(db: AppDeps['db'], at: Date): Promise<number> {
  try {
    return await countStuckPayments(db, at, READY_TIMEOUT_MS);
  } catch {
    return Number.NaN;
  }
}

async function checkReadiness(
  db: AppDeps['db'],
  config: Config,
): Promise<{ database: string; migrations: string; rights: string; evidence: string }> {
  try {
    const database = await findDatabaseState(db);
    const states = await listMigrationStates(db);
    // A migration that is applied but not shipped belongs to a newer release. While that is rolled out, this
    // one still serves.
    const behind = states.filter(({ state }) => state === 'pending' || state === 'changed');
    return {
      database,
      migrations: behind.length === 0 ? 'ok' : `${String(behind.length)} not as shipped`,
      ...describeRights(await findRightsToChange(db, READY_TIMEOUT_MS), config),
    };
  } catch {
    return { database: 'unreachable', migrations: 'unknown', rights: 'unknown', evidence: 'unknown' };
  }
}

/** Why no checkpoint of the log is published; ok when nothing stops it. */
async function describePublishing(db: AppDeps['db']): Promise<string> {
  try {
    const [halt] = await listOpenHalts(db, READY_TIMEOUT_MS);
    return halt === undefined ? 'ok' : `halted since ${halt.halted_at.toISOString()}: ${describeHalt(halt)}`;
  } catch {
    return 'unknown';
  }
}

/** Rights to change evidence are a fault in production, unless the setting accepts them in words. */
function describeRights(
  rights: string[],
  { production, evidenceRights: words }: Config,
): { rights: string; evidence: string } {
  const evidence =
    rights.length === 0 ? 'the app cannot change evidence' : `the role of the app ${rights.join(', ')}`;
  const isFault = rights.length > 0 && production && words === null;
  return {
    rights: isFault ? 'the app may change evidence' : 'ok',
    evidence: rights.length > 0 && words !== null ? `${evidence}. EVIDENCE_RIGHTS: ${words}` : evidence,
  };
}

/**
 * Asks as if to write, though no row is locked: a server that became read-only refuses, and the pool then
 * replaces its connections. Before the first migration the table does not exist.
 */
async function findDatabaseState(db: AppDeps['db']): Promise<'ok' | 'read-only'> {
  try {
    await db.raw('select from scheduled_jobs where false for update').timeout(READY_TIMEOUT_MS);
    return 'ok';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === READ_ONLY) return 'read-only';
    if (code === NO_SUCH_TABLE) return 'ok';
    throw error;
  }
}

/**
 * With METRICS_TOKEN, its bearer may read. Without it only this machine may, and nobody where workspaces run
 * on this machine, since each of them reaches the loopback address.
 */
function mayReadMetrics(req: Request, { metricsToken: token, workspaceRuntime }: Config): boolean {
  if (token === null) return !workspaceRuntime.isManaged && isThisMachine(req);
  const given = Buffer.from(req.get('authorization') ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** True when the request came from this machine directly and not through a proxy. */
function isThisMachine(req: Request): boolean {
  const peer = req.socket.remoteAddress ?? '';
  const isLoopback = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(peer);
  return isLoopback && PROXY_HEADERS.every((name) => req.get(name) === undefined);
}
