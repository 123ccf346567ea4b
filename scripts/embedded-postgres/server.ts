import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError, UnusableFilesError } from './binaries.ts';
import { explainFailure, giveToOwnerOf, type Cluster } from './cluster.ts';
import { findProcess } from './processes.ts';

/** Recovery after a power cut is slow. A server that needs longer is taken for broken. */
const READY_MS = 60_000;
const STOP_MS = 15_000;
const LOG_BYTES = 10_000_000;

// No waiting for the disk, little write-ahead log (the data may be in memory), and room for several test
// workers.
const TEST_SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_wal_size=128MB',
  'max_connections=200',
  // Tests make hundreds of connections, and 4096 rounds for each password protect nobody here.
  'scram_iterations=1',
  // Every database lives for seconds and needs no tidying; tests of plans gather their statistics themselves.
  'autovacuum=off',
];

type LaunchResult = 'ready' | 'port-taken' | 'not-settled';

/**
 * Port of a server that already runs on these files, for instance after the app was killed. Undefined when
 * there is none.
 */
export async function adoptServer(cluster: Cluster, password: string): Promise<number | undefined> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const running = readPidFile(cluster);
    if (running === undefined) return undefined;
    // A dead, zombie or unrelated process. Postgres would take the last two for itself and refuse to start.
    if (!isServerOf(cluster, running.pid)) {
      rmSync(pidFile(cluster), { force: true });
      return undefined;
    }
    if (await answers(cluster, running.port, password)) return running.port;
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `Postgres (process ${String(running.pid)}) holds ${cluster.data} but does not answer: see ${logPath(cluster)}.`,
      );
    }
    await sleep(100);
  }
}

/**
 * Starts the server and waits until it answers. Throws `EmbeddedPostgresError` with the end of its log when
 * it cannot start.
 */
export async function launchServer(cluster: Cluster, port: number, password: string): Promise<LaunchResult> {
  const start = rotateLog(cluster);
  const failure: { error?: unknown } = {};
  const child = spawnServer(cluster, port);
  child.once('error', (error) => {
    failure.error = error;
  });
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (failure.error !== undefined) {
      throw new EmbeddedPostgresError(explainFailure(failure.error, cluster.runAs), { cause: failure.error });
    }
    if (child.exitCode !== null || child.signalCode !== null) return explainExit(cluster, start);
    if (readPidFile(cluster)?.port === port && (await answers(cluster, port, password))) return 'ready';
    await sleep(25);
  }
  throw new EmbeddedPostgresError(
    `The embedded Postgres is not ready after a minute: see ${logPath(cluster)}.`,
  );
}

/** Stops the server: sessions are cut, data is written. Returns when its files are free. */
export async function stopServer(cluster: Cluster): Promise<void> {
  const running = readPidFile(cluster);
  if (running === undefined || !isServerOf(cluster, running.pid)) return;
  process.kill(running.pid, 'SIGINT');
  const deadline = Date.now() + STOP_MS;
  let isUrgent = false;
  // Waits for the file instead of the process: in a container nobody may reap the process.
  while (readPidFile(cluster)?.pid === running.pid && findProcess(running.pid) !== undefined) {
    if (Date.now() > deadline && !isUrgent) {
      process.kill(running.pid, 'SIGQUIT');
      isUrgent = true;
    }
    await sleep(20);
  }
}

function spawnServer(cluster: Cluster, port: number): ChildProcess {
  const settings = [
    `port=${String(port)}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'timezone=UTC',
    ...(cluster.forTests ? TEST_SETTINGS : []),
  ];
  const options = settings.flatMap((setting) => ['-c', setting]);
  const output = openSync(logPath(cluster), 'a', 0o600);
  giveToOwnerOf(cluster.home, logPath(cluster));
  const child = spawn(cluster.binaries.postgres, ['-D', cluster.data, ...options], {
    cwd: cluster.home,
    env: cluster.environment,
    // A separate process group, so that Ctrl-C in the terminal reaches only the app, which stops Postgres
    // last.
    detached: true,
    stdio: ['ignore', output, output],
    ...cluster.runAs,
  });
  closeSync(output);
  child.unref();
  return child;
}

function explainExit(cluster: Cluster, logStart: number): LaunchResult {
  const said = readFileSync(logPath(cluster)).subarray(logStart).toString();
  if (said.includes('could not bind') || said.includes('could not create any TCP/IP sockets')) {
    return 'port-taken';
  }
  if (said.includes('postmaster.pid" already exists') || said.includes('pre-existing shared memory block')) {
    return 'not-settled';
  }
  const end = said.trim().split('\n').slice(-3).join(' ');
  throw new UnusableFilesError(`The embedded Postgres did not start: ${end} (${logPath(cluster)})`);
}

/** True only for this cluster: another server on the port has other passwords and another folder. */
async function answers(cluster: Cluster, port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', password, ssl: false },
    connectionTimeoutMillis: 2000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === cluster.data;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A server works in its data folder, so an unrelated Postgres with the same process id is recognised. */
function isServerOf(cluster: Cluster, pid: number): boolean {
  const found = findProcess(pid);
  if (found?.command.startsWith('postgres') !== true) return false;
  return found.folder === undefined || found.folder === cluster.data;
}

function pidFile(cluster: Cluster): string {
  return join(cluster.data, 'postmaster.pid');
}

/** Line 1 is the process, line 4 the port (0 until it is known). */
function readPidFile(cluster: Cluster): { pid: number; port: number } | undefined {
  let lines: string[];
  try {
    lines = readFileSync(pidFile(cluster), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  return { pid: Number(lines[0]), port: Number(lines[3] ?? 0) };
}

function logPath(cluster: Cluster): string {
  return join(cluster.home, 'postgres.log');
}

/** Returns the place in the log where the next start begins. */
function rotateLog(cluster: Cluster): number {
  const path = logPath(cluster);
  if (!existsSync(path)) return 0;
  const { size } = statSync(path);
  if (size < LOG_BYTES) return size;
  renameSync(path, `${path}.old`);
  return 0;
}
