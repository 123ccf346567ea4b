import type { Server } from 'node:http';
import type { Knex } from 'knex';
import { startAlertWatcher } from './alerts/watch/alert-watcher.ts';
import { createApp } from './app.ts';
import type { WorkspaceDeps } from './workspace/workspace-deps.ts';
import { auditSink } from './audit/audit-sink.ts';
import { createAuditSpool } from './audit/audit-spool.ts';
import { openSpoolFolders } from './audit/spool-folders.ts';
import { createAuditWriter } from './audit/audit-writer.ts';
import { refuseDisputed } from './disputes/cases/refuse-disputed.ts';
import { createPaytr } from './billing/paytr/paytr.ts';
import { ConfigError, loadConfig, type Config } from './config/config.ts';
import { createDb } from './db/db.ts';
import { findRightsToChange } from './db/evidence-rights.ts';
import { scheduledJobs } from './jobs/jobs.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createReadDb } from './db/read-db.ts';
import { drainServer } from './web/server/drain-server.ts';
import { createHttpServer } from './web/server/http-server.ts';
import { createMailSender, type MailSender } from './mail/mail-sender.ts';
import { outboxSignal } from './mail/outbox-signal.ts';
import { addressOf, createSmtp } from './mail/smtp.ts';
import { compareHeads } from './transparency/heads/witness/compare-heads.ts';
import { systemContext } from './audit/request-context.ts';
import { startSchedule } from './jobs/schedule.ts';
import { SessionBuffer, sessionBuffer } from './workspace/sessions/session-buffer.ts';
import { resumeWorkspaces } from './workspace/runtime/resume-workspaces.ts';
import { findControlGroupFault } from './workspace/sandbox/control-group.ts';
import { chooseSandbox } from './workspace/sandbox/find-sandbox.ts';
import { createWorkspaceRuntime } from './workspace/runtime/runtime.ts';
import { chooseQuota } from './workspace/sandbox/choose-quota.ts';
import { describeSharing } from './workspace/sandbox/describe-sharing.ts';
import { startSshServer, type SshServer } from './workspace/ssh/ssh-server.ts';
import { shutDownWorkspaces } from './workspace/runtime/shut-down-workspaces.ts';

/** So long the process waits for the database before it starts without an answer, in milliseconds. */
const RIGHTS_TIMEOUT_MS = 5000;

/** So long the start waits for copies outside, in milliseconds. */
const COMPARE_MS = 10_000;

/** A request that still runs so long after SIGTERM is cut, in milliseconds. */
const DRAIN_MS = 20_000;

/**
 * How long the process may live after an uncaught error, in milliseconds: requests in flight may still end
 * well, and a hanging one must not keep the process.
 */
const LAST_RESORT_MS = 10_000;

async function main(): Promise<void> {
  const settings = readConfig();
  const { config: workspaceRuntime, fault: quotaFault } = await chooseQuota(settings.workspaceRuntime);
  const config = { ...settings, workspaceRuntime };
  const metrics = createMetrics({ processMetrics: true });
  const log = createLog({ level: config.logLevel, metrics });
  const { attachTo, close: closeBuffers } = createBuffers(config, log, metrics);
  const mails = createSender(config, log, metrics);
  const pool = createDb({ url: config.databaseUrl, poolMax: config.databasePoolMax });
  const db = outboxSignal.attach(attachTo(pool), mails.signal);
  const readDb = createReadDb({ primary: db, replica: config.databaseReplica, log, metrics });
  const runtime = createWorkspaceRuntime({ config: config.workspaceRuntime, log });
  const deps: WorkspaceDeps = {
    config,
    db,
    readDb,
    log,
    metrics,
    paytr: createPaytr(config.paytr),
    refundGuards: [refuseDisputed],
    runtime,
    ...(runtime.isManaged ? { workspaceAddresses: runtime } : {}),
  };
  if (config.production && config.paytr.testMode) {
    log.warn('PAYTR_TEST_MODE is on in production: payments are tests and activate nothing');
  }
  const { headsFile, witness } = config.transparency;
  if (config.production && headsFile === null && witness === null) {
    log.warn(
      'no copy of the log of the evidence is kept outside but in mails: set LOG_HEADS_FILE or WITNESS_URL',
    );
  }
  if (runtime.isManaged) {
    const isApart = config.workspaceRuntime.sandbox === 'bubblewrap';
    log[isApart ? 'info' : 'warn'](describeSharing(config.workspaceRuntime));
    if (quotaFault !== null)
      log.info({ reason: quotaFault }, 'no project quota bounds the disk of workspaces');
  }
  await refuseRightsToChange(deps);
  await compareAtStart(deps);
  const { listener, upgrade, cut, close } = createApp(deps);
  mails.start(db);
  const schedule = startSchedule({ db, log, metrics, jobs: scheduledJobs(deps) });
  const alerts = startAlertWatcher({ db, log, config });
  const server = listen(
    createHttpServer({ listener, log, ...(upgrade === undefined ? {} : { upgrade }) }),
    config,
    log,
  );
  const ssh = listenForSsh(deps);
  void resumeWorkspaces(db, deps);
  const drain = async (): Promise<void> => {
    cut('sockets');
    const cutStreams = (): void => {
      cut('answers');
    };
    await drainServer(server, { streamMs: config.streamDrainMs, cutStreams, drainMs: DRAIN_MS });
  };
  stopInOrder(log, [
    drain,
    schedule.stop,
    alerts.stop,
    mails.stop,
    async () => (await ssh)?.close(),
    () => shutDownWorkspaces(db, deps),
    close,
    closeBuffers,
    readDb.close,
    () => db.destroy(),
  ]);
}

/**
 * Ends the process in production when the role of DATABASE_URL may change evidence. While the database is
 * away nobody knows: then the process starts, and /readyz asks again.
 */
async function refuseRightsToChange({ config, db, log }: WorkspaceDeps): Promise<void> {
  let rights: string[];
  try {
    rights = await findRightsToChange(db, RIGHTS_TIMEOUT_MS);
  } catch (error) {
    log.warn({ err: error }, 'nobody knows yet whether the app may change evidence');
    return;
  }
  if (rights.length === 0 || !config.production) return;
  const words = `the role of DATABASE_URL ${rights.join(', ')}`;
  if (config.evidenceRights === null) {
    log.fatal(`${words}: the app could change evidence. See EVIDENCE_RIGHTS in scripts/README.md`);
    process.exit(1);
  }
  log.warn(`${words}, and EVIDENCE_RIGHTS accepts it: ${config.evidenceRights}`);
}

/**
 * Compares the log of the evidence with its copies outside before anything is published. A witness or a
 * database that does not answer is not waited for; the schedule compares with the file again before it
 * publishes.
 */
async function compareAtStart({ config, db, log }: WorkspaceDeps): Promise<void> {
  const context = systemContext({ name: 'start', at: new Date(), log });
  const comparing = compareHeads(db, context, { config }).catch((error: unknown) => {
    log.warn({ err: error }, 'the log of the evidence was not compared with its copies outside');
  });
  const patience = new Promise((resolve) => setTimeout(resolve, COMPARE_MS).unref());
  await Promise.race([comparing, patience]);
}

/** Null without SSH_SOCKETS. A socket that cannot be had ends the process, as a port does. */
async function listenForSsh(deps: WorkspaceDeps): Promise<SshServer | null> {
  const { config, log } = deps;
  if (config.ssh === null) return null;
  try {
    return await startSshServer(deps, config.ssh);
  } catch (error) {
    log.fatal({ err: error }, 'cannot listen for SSH');
    process.exit(1);
  }
}

/** The sender of the outbox. Without SMTP_URL mails are read in the product, and production says so. */
function createSender(config: Config, log: Log, metrics: Metrics): MailSender {
  const { smtpUrl, smtpPlainPassword, mailFrom, mailBouncesTo, sessionSecret } = config;
  if (smtpUrl === null) {
    if (config.production)
      log.warn(
        'SMTP_URL is not set: no mail is sent, an admin hands invitations over, receipts stay here, nobody can set a forgotten password or confirm an address, and so nothing can be bought',
      );
    return createMailSender({ connection: null, log, metrics });
  }
  const open = createSmtp({
    smtpUrl,
    wantsReports: mailBouncesTo !== null,
    allowsPlainPassword: smtpPlainPassword,
  });
  const from = mailBouncesTo ?? addressOf(mailFrom);
  return createMailSender({ connection: { open, from, sessionSecret }, log, metrics });
}

/**
 * Creates the memory that the recorders keep between two writes; `attachTo` lets a pool carry it. The
 * recorders write by a pool of their own: requests that fill up the other pool must not keep evidence from
 * the table.
 */
function createBuffers(
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

function listen(server: Server, config: Config, log: Log): Server {
  server.on('error', (error) => {
    log.fatal({ err: error }, `cannot listen on port ${config.port}`);
    process.exit(1);
  });
  return server.listen(config.port, () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : config.port;
    log.info({ port, baseUrl: config.baseUrl }, 'listening');
    process.send?.({ listening: port });
  });
}

/**
 * Takes the steps of stopping one after the other. After a signal the exit code is 0. After an uncaught error
 * it is 1, and the steps have a time limit, so that a supervisor starts the process again.
 */
function stopInOrder(log: Log, steps: (() => Promise<void>)[]): void {
  let isStopping = false;
  const stop = async (reason: string, code: number): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log.info({ reason }, 'stopping: requests in flight are finished first');
    for (const step of steps) await step();
    log.info('stopped');
    process.exit(code);
  };
  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('SIGINT', () => void stop('SIGINT', 0));
  // Started by scripts/start.ts: when that process is killed, nobody else would stop this one.
  process.on('disconnect', () => void stop('parent gone', 0));
  // A rejected promise that nobody awaits arrives here as well.
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin }, 'nobody caught this error: the process ends after what is in flight');
    setTimeout(() => process.exit(1), LAST_RESORT_MS).unref();
    stop('an error that nobody caught', 1).catch(() => process.exit(1));
  });
}

function readConfig(): Config {
  try {
    const config = loadConfig(process.env);
    const { isManaged, uid } = config.workspaceRuntime;
    if (config.production && isManaged && uid === null && process.getuid?.() === 0)
      throw new ConfigError(['WORKSPACE_UID: is not set, and workspaces would run as root']);
    return { ...config, workspaceRuntime: chooseSandboxFor(config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function chooseSandboxFor({ production, workspaceRuntime }: Config): Config['workspaceRuntime'] {
  const { isManaged, cgroup } = workspaceRuntime;
  const fault = isManaged && cgroup !== null ? findControlGroupFault(cgroup) : null;
  if (fault !== null) throw new ConfigError([`WORKSPACE_CGROUP: ${fault}`]);
  try {
    return chooseSandbox(workspaceRuntime, { production, isRoot: process.getuid?.() === 0 });
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

void main();
