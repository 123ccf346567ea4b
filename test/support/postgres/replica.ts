import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import pg from 'pg';
import { findBinaries, prepareLibraries } from '../../../scripts/embedded-postgres/binaries.ts';
import { readSettings, type Cluster } from '../../../scripts/embedded-postgres/cluster.ts';
import { chooseUser, prepareBinaries } from '../../../scripts/embedded-postgres/home.ts';
import { launchServer, stopServer } from '../../../scripts/embedded-postgres/server.ts';
import { startEmbeddedPostgres } from '../../../scripts/embedded-postgres/embedded-postgres.ts';
import { runMigrations } from '../../../scripts/migrations/run-migrations.ts';

/**
 * A migrated primary with its settings for production, and a hot standby that follows it by streaming
 * replication.
 */
export interface ReplicatedPostgres {
  /** The app's role on the primary. */
  primaryUrl: string;
  /** The same role and database on the standby. */
  replicaUrl: string;
  /** The superuser, on the standby's database: replay can be paused there. */
  replicaAdmin: pg.Client;
  stopReplica(): Promise<void>;
  /** Stops both servers and deletes their files. */
  close(): Promise<void>;
}

/** Creates both in memory where there is room, so that waiting for the disk costs nothing. */
export async function startReplicatedPostgres(): Promise<ReplicatedPostgres> {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const home = join(parent, `youarecoder-replicated-${randomBytes(4).toString('hex')}`);
  const primaryHome = join(home, 'primary');
  const primary = await startEmbeddedPostgres({ dataDir: primaryHome, log: () => undefined });
  const { username: appRole } = new URL(primary.appUrl);
  await runMigrations({ ownerUrl: primary.ownerUrl, appRole, log: () => undefined });
  const { superuserPassword: password, port: primaryPort } = readSettings(primaryHome);
  const replica = await makeClusterBeside(primaryHome, join(home, 'replica'));
  await copyData(new URL(primary.appUrl), password, join(primaryHome, 'data'), replica.data);
  await makeStandby(replica, Number(primaryPort), password);
  const port = await freePort();
  await launchServer(replica, port, password);
  const replicaUrl = Object.assign(new URL(primary.appUrl), { port: String(port) });
  const replicaAdmin = new pg.Client({ connectionString: superuserUrl(replicaUrl, password) });
  // The connection breaks when the standby is stopped.
  replicaAdmin.on('error', () => undefined);
  await replicaAdmin.connect();
  const stopReplica = async (): Promise<void> => {
    await stopServer(replica);
  };
  return {
    primaryUrl: primary.appUrl,
    replicaUrl: replicaUrl.href,
    replicaAdmin,
    stopReplica,
    close: async () => {
      await replicaAdmin.end().catch(() => undefined);
      await stopReplica();
      await primary.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function superuserUrl(url: URL, password: string): string {
  return Object.assign(new URL(url), { username: 'postgres', password }).href;
}

async function makeClusterBeside(primaryHome: string, home: string): Promise<Cluster> {
  await mkdir(home, { recursive: true, mode: 0o755 });
  const runAs = chooseUser(primaryHome);
  const binaries = prepareBinaries(await findBinaries(), primaryHome, runAs);
  const environment = prepareLibraries(binaries, join(home, 'lib'));
  return { home, data: join(home, 'data'), binaries, environment, runAs, forTests: false };
}

/**
 * The low-level backup of Postgres' manual, 25.3.4: the files are copied while they change, and the log
 * repairs the copy.
 */
async function copyData(url: URL, password: string, from: string, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl(url, password) });
  await client.connect();
  try {
    await client.query("select pg_backup_start('test replica', true)");
    await cp(from, to, { recursive: true, filter: (path) => !isLeftOut(path, from) });
    await mkdir(join(to, 'pg_wal', 'archive_status'), { recursive: true, mode: 0o700 });
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(wait_for_archive => false)',
    );
    await writeFile(join(to, 'backup_label'), rows[0]?.labelfile ?? '', { mode: 0o600 });
  } finally {
    await client.end();
  }
}

function isLeftOut(path: string, data: string): boolean {
  return (
    path.startsWith(join(data, 'pg_wal/')) || ['postmaster.pid', 'postmaster.opts'].includes(basename(path))
  );
}

async function makeStandby({ data, runAs }: Cluster, primaryPort: number, password: string): Promise<void> {
  const settings = [
    `primary_conninfo = 'host=127.0.0.1 port=${String(primaryPort)} user=postgres password=${password}'`,
    'hot_standby_feedback = on',
    // Tests ask right after they have written.
    "wal_retrieve_retry_interval = '100ms'",
  ];
  const path = join(data, 'postgresql.auto.conf');
  await writeFile(path, `${await readFile(path, 'utf8')}${settings.join('\n')}\n`);
  await writeFile(join(data, 'standby.signal'), '');
  if (runAs !== null) execFileSync('chown', ['-R', `${String(runAs.uid)}:${String(runAs.gid)}`, data]);
}

/** A port that was free just now. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        done(port);
      });
    });
  });
}
