import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { EmbeddedPostgresError, type Binaries, type RunAs } from './binaries.ts';

/** The account without privileges that every Unix has. Postgres refuses to run as root. */
const NOBODY = 65534;
/** The file with the path of the server's folder, when that had to be created elsewhere. */
const POINTER = 'location';

/** True when an embedded server was created in this folder before. The server need not be running. */
export function hasEmbeddedPostgres(dataDir: string): boolean {
  return existsSync(join(dataDir, 'settings.json')) || existsSync(join(dataDir, POINTER));
}

/**
 * The user who runs the server of this folder. As root: the owner of the data, or nobody. Else null, the
 * current user.
 */
export function chooseUser(home: string): RunAs {
  if (process.getuid?.() !== 0) return null;
  const owner = statSync(join(home, 'data'), { throwIfNoEntry: false }) ?? statSync(home);
  return owner.uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid: owner.uid, gid: owner.gid };
}

/**
 * The server's folder, created when it is missing: `dataDir`, or one in /var/lib when this is root on Linux
 * and Postgres' user may not enter `dataDir`, as in /root. Throws `EmbeddedPostgresError` when the folder
 * belongs to another user.
 */
export function prepareHome(dataDir: string, log: (line: string) => void): string {
  const home = makeFolder(resolve(dataDir));
  const pointer = join(home, POINTER);
  if (existsSync(pointer)) return makeFolder(readFileSync(pointer, 'utf8').trim());
  const closed = findClosed(home, chooseUser(home));
  if (closed === undefined || process.platform !== 'linux') return home;
  const elsewhere = `/var/lib/youarecoder-${randomBytes(4).toString('hex')}`;
  log(`Postgres does not run as root, and other users may not enter ${closed}: its data is in ${elsewhere}`);
  writeFileSync(pointer, `${elsewhere}\n`);
  return makeFolder(elsewhere);
}

/** The programs, copied into `home` when `runAs` may not reach them. */
export function prepareBinaries(binaries: Binaries, home: string, runAs: RunAs): Binaries {
  if (findClosed(binaries.postgres, runAs) === undefined) return binaries;
  const copy = join(home, `package-${binaries.version}`);
  const native = join(copy, 'native');
  if (!existsSync(copy)) {
    const unfinished = `${copy}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    cpSync(binaries.native, join(unfinished, 'native'), { recursive: true });
    execFileSync('chmod', ['-R', 'a+rX', unfinished]);
    renameSync(unfinished, copy);
  }
  const bin = join(native, 'bin');
  return { ...binaries, native, initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

/** Throws `EmbeddedPostgresError` when `runAs` may not enter a folder on the way to one of the paths. */
export function checkReachable(paths: string[], runAs: RunAs): void {
  for (const path of paths) {
    const closed = findClosed(path, runAs);
    if (closed === undefined || runAs === null) continue;
    throw new EmbeddedPostgresError(
      `Postgres refuses to run as root, so it runs as uid ${String(runAs.uid)}, which may not enter ${closed}: ` +
        `move the project out of it, run "chmod o+x ${closed}", start as an ordinary user, or set DATABASE_URL.`,
    );
  }
}

function makeFolder(path: string): string {
  const firstMade = mkdirSync(path, { recursive: true });
  // As root the server runs as another user, who must be able to enter whatever the umask is. The files stay
  // closed.
  for (let made = path; firstMade !== undefined && made.length >= firstMade.length; made = dirname(made)) {
    chmodSync(made, 0o755);
  }
  const { uid } = statSync(path);
  const me = process.getuid?.() ?? uid;
  if (me === 0 || me === uid) return path;
  throw new EmbeddedPostgresError(
    `${path} belongs to another user (uid ${String(uid)}): start as that user, or set DATA_DIR to a folder of your own.`,
  );
}

/** The first folder (or file) on the way that this user may not enter (or run). */
export function findClosed(path: string, runAs: RunAs): string | undefined {
  if (runAs === null) return undefined;
  const parts = path.split(sep);
  const steps = parts.map((_, index) => parts.slice(0, index + 1).join(sep) || sep);
  return steps.find((step) => existsSync(step) && !mayEnter(step, runAs));
}

function mayEnter(path: string, { uid, gid }: { uid: number; gid: number }): boolean {
  const { mode, uid: owner, gid: group } = statSync(path);
  if (owner === uid) return (mode & 0o100) !== 0;
  else if (group === gid) return (mode & 0o010) !== 0;
  else return (mode & 0o001) !== 0;
}
