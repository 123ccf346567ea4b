import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, UnusableFilesError, type Binaries, type RunAs } from './binaries.ts';

const INITDB_TIMEOUT_MS = 120_000;

/** Settings kept between starts, in a file that only its owner can read. */
export interface Settings {
  superuserPassword: string;
  ownerPassword: string;
  appPassword: string;
  /** Null before the first start. */
  port: number | null;
}

/** A Postgres server: its files and the user who runs it. */
export interface Cluster {
  /** Folder of everything listed here. */
  home: string;
  /** Postgres' own data folder. */
  data: string;
  binaries: Binaries;
  environment: Record<string, string>;
  runAs: RunAs;
  /** See `EmbeddedPostgresOptions`. */
  forTests: boolean;
}

/** The stored settings, or new ones with random passwords when there is no server yet. */
export function readSettings(home: string): Settings {
  const path = join(home, 'settings.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Settings;
  if (existsSync(join(home, 'data'))) {
    throw new UnusableFilesError(
      `${path} is missing and with it the passwords of the embedded database: put it back, or delete ${home} to start empty.`,
    );
  }
  const password = (): string => randomBytes(24).toString('base64url');
  const settings: Settings = {
    superuserPassword: password(),
    ownerPassword: password(),
    appPassword: password(),
    port: null,
  };
  writeSettings(home, settings);
  return settings;
}

/** Stores the settings. A killed process leaves either the old file or the new one. */
export function writeSettings(home: string, settings: Settings): void {
  const path = join(home, 'settings.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  giveToOwnerOf(home, `${path}.new`);
  renameSync(`${path}.new`, path);
}

/** Keeps a run as root in an ordinary user's folder from locking that user out. */
export function giveToOwnerOf(home: string, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(home);
  chownSync(path, uid, gid);
}

/**
 * Creates the data folder when there is none, wholly or not at all. Throws when the folder is of another
 * major version.
 */
export async function ensureCluster(cluster: Cluster, superuserPassword: string): Promise<void> {
  const versionFile = join(cluster.data, 'PG_VERSION');
  if (!existsSync(cluster.data)) await createCluster(cluster, superuserPassword);
  const version = readFileSync(versionFile, 'utf8').trim();
  const [installed = ''] = cluster.binaries.version.split('.');
  if (version === installed) return;
  throw new UnusableFilesError(
    `${cluster.data} was made by Postgres ${version}, and Postgres ${installed} is installed: ` +
      `delete ${cluster.home} to start empty, or set DATABASE_URL.`,
  );
}

/** Deletes everything but the folder itself and its lock, which the caller holds. */
export function deleteFiles({ home }: Cluster): void {
  for (const name of readdirSync(home)) {
    if (name !== 'lock') rmSync(join(home, name), { recursive: true, force: true });
  }
}

async function createCluster(cluster: Cluster, superuserPassword: string): Promise<void> {
  const { home, data, binaries, environment, runAs } = cluster;
  const unfinished = `${data}.new`;
  const passwordFile = join(home, 'initdb-password');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, superuserPassword, { mode: 0o600 });
  try {
    if (runAs !== null) {
      for (const path of [unfinished, passwordFile]) chownSync(path, runAs.uid, runAs.gid);
    }
    const [program, ...options] = [
      ...asKnownUser(runAs),
      binaries.initdb,
      ...initdbOptions(unfinished, passwordFile, cluster.forTests),
    ] as [string, ...string[]];
    await promisify(execFile)(program, options, {
      cwd: home,
      env: environment,
      timeout: INITDB_TIMEOUT_MS,
      ...runAs,
    });
    renameSync(unfinished, data);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new EmbeddedPostgresError(explainFailure(error, runAs), { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * The command in front of initdb where its user has no entry in /etc/passwd, as in a container that runs with
 * a bare number. initdb wants the name of its user and needs it for nothing else. In a new user namespace
 * that name is `nobody`; the files belong to the true user.
 */
function asKnownUser(runAs: RunAs): string[] {
  if (process.platform !== 'linux' || hasName(runAs)) return [];
  return ['unshare', '--user', '--map-user=65534', '--map-group=65534'];
}

function hasName(runAs: RunAs): boolean {
  const uid = String(runAs?.uid ?? process.getuid?.());
  return spawnSync('id', ['--name', '--user', uid], { stdio: 'ignore' }).status === 0;
}

// The locale is built into Postgres, so text sorts the same on every machine. C exists everywhere.
function initdbOptions(data: string, passwordFile: string, forTests: boolean): string[] {
  return [
    ...['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C'],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums'],
    ...['--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ...(forTests ? ['--no-sync'] : []),
  ];
}

/** A sentence for a program that did not start or did not end well. */
export function explainFailure(error: unknown, runAs: RunAs): string {
  const { code, stderr, message } = error as { code?: string | number; stderr?: string; message: string };
  const user = runAs === null ? '' : ` as uid ${String(runAs.uid)}`;
  if (stderr?.startsWith('unshare:') === true)
    return (
      `The embedded Postgres asks for the name of its user, and uid ${String(runAs?.uid ?? process.getuid?.())} has none here: ` +
      'give it an entry in /etc/passwd, start as another user, or set DATABASE_URL.'
    );
  const said = stderr?.trim().split('\n').slice(-3).join(' ') ?? '';
  const reason = said === '' ? `${String(code ?? '')} ${message}`.trim() : said;
  return `The embedded Postgres does not run on this machine${user} (${reason}): set DATABASE_URL to a Postgres server.`;
}
