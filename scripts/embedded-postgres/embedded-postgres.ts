import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, findBinaries, prepareLibraries } from './binaries.ts';
import { claim, release, withLock } from './claims.ts';
import {
  deleteFiles,
  ensureCluster,
  readSettings,
  writeSettings,
  type Cluster,
  type Settings,
} from './cluster.ts';
import { ensureDatabase } from './databases.ts';
import { checkReachable, chooseUser, prepareBinaries, prepareHome } from './home.ts';
import { adoptServer, launchServer, stopServer } from './server.ts';

/**
 * Below the range from which systems assign ports to clients (32768 and up on Linux), where a fixed port is
 * often taken.
 */
const FIRST_PORT = 15_432;
const LAST_PORT = 19_999;
/**
 * The child processes of a killed server live on until their query ends, and keep the files in use. In
 * milliseconds.
 */
const SETTLE_MS = 30_000;

interface EmbeddedPostgresOptions {
  /** A folder for this server alone: data, passwords, log. Created when it is missing. */
  dataDir: string;
  /**
   * Fast instead of safe; the owner may create databases and roles, and the last user to stop the server
   * deletes the data. Default false.
   */
  forTests?: boolean;
  log: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Owns the database and migrates it. Not a superuser. */
  ownerUrl: string;
  /** The app's own address. No superuser. */
  appUrl: string;
  /** True when the server was already running. */
  adopted: boolean;
  /**
   * Ends the server unless another living process uses it too. To be called last; a second call does nothing.
   */
  stop(): Promise<void>;
}

/**
 * Starts a real Postgres from node_modules, or joins the one that already runs in `dataDir`. Data, passwords
 * and port are kept between starts. Throws `EmbeddedPostgresError`, whose message is fit to print, when it
 * cannot run here.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  forgetOtherServers(process.env);
  const shipped = await findBinaries();
  const home = prepareHome(options.dataDir, options.log);
  const runAs = chooseUser(home);
  const forTests = options.forTests ?? false;
  return withLock(home, async () => {
    const binaries = prepareBinaries(shipped, home, runAs);
    checkReachable([binaries.postgres, home], runAs);
    const environment = prepareLibraries(binaries, join(home, 'lib'));
    const cluster: Cluster = { home, data: join(home, 'data'), binaries, environment, runAs, forTests };
    const settings = readSettings(home);
    await ensureCluster(cluster, settings.superuserPassword);
    const adoptedPort = await adoptServer(cluster, settings.superuserPassword);
    const port = adoptedPort ?? (await startServer(cluster, settings, options.log));
    try {
      const urls = await ensureDatabase(port, settings, forTests);
      const stop = createStop(cluster, claim(home));
      return { ...urls, adopted: adoptedPort !== undefined, stop };
    } catch (error) {
      if (adoptedPort === undefined) await stopServer(cluster);
      throw error;
    }
  });
}

/**
 * Removes variables that are meant for another server (PGSSLMODE, PGOPTIONS, PGHOST …). Every client in this
 * process would apply them to this one.
 */
export function forgetOtherServers(env: Record<string, string | undefined>): void {
  for (const name of Object.keys(env)) if (/^PG[A-Z]+$/.test(name)) Reflect.deleteProperty(env, name);
}

function createStop(cluster: Cluster, ownClaim: string): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await withLock(cluster.home, async () => {
      if (!release(cluster.home, ownClaim)) return;
      await stopServer(cluster);
      if (cluster.forTests) deleteFiles(cluster);
    });
  };
  return () => (stopping ??= stop());
}

async function startServer(
  cluster: Cluster,
  settings: Settings,
  log: (line: string) => void,
): Promise<number> {
  const deadline = Date.now() + SETTLE_MS;
  let port = await choosePort(settings.port);
  while (Date.now() < deadline) {
    const result = await launchServer(cluster, port, settings.superuserPassword);
    if (result === 'ready') return remember(cluster, settings, port, log);
    else if (result === 'port-taken') port = await choosePort(null);
    else await sleep(250);
  }
  throw new EmbeddedPostgresError(
    `${cluster.data} is still in use by a Postgres that was killed: try again.`,
  );
}

function remember(cluster: Cluster, settings: Settings, port: number, log: (line: string) => void): number {
  const before = settings.port;
  if (before === port) return port;
  if (before !== null)
    log(`port ${String(before)} is taken: the embedded Postgres is on ${String(port)} now`);
  writeSettings(cluster.home, { ...settings, port });
  return port;
}

async function choosePort(wanted: number | null): Promise<number> {
  if (wanted !== null && (await isFree(wanted))) return wanted;
  // A random start, not the first port: two servers that start at once would try the same one.
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (await isFree(port)) return port;
  }
  throw new EmbeddedPostgresError(`No free port between ${String(FIRST_PORT)} and ${String(LAST_PORT)}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => {
      done(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        done(true);
      });
    });
  });
}
