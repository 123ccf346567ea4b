import type { Server } from 'node:http';
import { startAlertWatcher } from './alerts/watch/alert-watcher.ts';
import { createApp } from './app.ts';
import type { WorkspaceDeps } from './workspace/workspace-deps.ts';
import { refuseDisputed } from './disputes/cases/refuse-disputed.ts';
import { createPaytr } from './billing/paytr/paytr.ts';
import type { Config } from './config/config.ts';
import { createDb } from './db/db.ts';
import { scheduledJobs } from './jobs/jobs.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createReadDb } from './db/read-db.ts';
import { drainServer } from './web/server/drain-server.ts';
import { createHttpServer } from './web/server/http-server.ts';
import { outboxSignal } from './mail/outbox-signal.ts';
import { startSchedule } from './jobs/schedule.ts';
import { resumeWorkspaces } from './workspace/runtime/resume-workspaces.ts';
import { createWorkspaceRuntime } from './workspace/runtime/runtime.ts';
import { chooseQuota } from './workspace/sandbox/choose-quota.ts';
import { startSshServer, type SshServer } from './workspace/ssh/ssh-server.ts';
import { shutDownWorkspaces } from './workspace/runtime/shut-down-workspaces.ts';
import { compareAtStart, refuseRightsToChange, tellOfSettings } from './start/check-at-start.ts';
import { createBuffers } from './start/create-buffers.ts';
import { createSender } from './start/create-sender.ts';
import { readConfig } from './start/read-config.ts';
import { stopInOrder } from './start/stop-in-order.ts';

/** A request that still runs so long after SIGTERM is cut, in milliseconds. */
const DRAIN_MS = 20_000;

async function main(): Promise<void> {
  const settings = readConfig(process.env);
  const { config: workspaceRuntime, fault: quotaFault } = await chooseQuota(settings.workspaceRuntime);
  const config = { ...settings, workspaceRuntime };
  const metrics = createMetrics({ processMetrics: true });
  const log = createLog({ level: config.logLevel, metrics });
  const { attachTo, close: closeBuffers } = createBuffers(config, log, metrics);
  const mails = createSender(config, log, metrics);
  const pool = createDb({ url: config.databaseUrl, poolMax: config.databasePoolMax });
  const db = outboxSignal.attach(attachTo(pool), mails.signal);
  const sessionsDb = createDb({
    url: config.databaseUrl,
    poolMax: 4,
    applicationName: 'youarecoder-sessions',
  });
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
  tellOfSettings(deps, { quotaFault });
  await refuseRightsToChange(deps);
  await compareAtStart(deps);
  const { listener, upgrade, cut } = createApp(deps, sessionsDb);
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
    () => sessionsDb.destroy(),
    closeBuffers,
    readDb.close,
    () => db.destroy(),
  ]);
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

void main();
