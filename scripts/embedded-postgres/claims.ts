import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './binaries.ts';
import { giveToOwnerOf } from './cluster.ts';
import { findProcess } from './processes.ts';

/**
 * Longest wait for another process that starts or stops the same server. A crash recovery can take this long.
 */
const LOCK_WAIT_MS = 90_000;

/**
 * Runs `work` while no other process starts or stops the server in this folder. A lock left by a killed
 * process is taken over.
 */
export async function withLock<T>(home: string, work: () => Promise<T>): Promise<T> {
  const path = join(home, 'lock');
  const deadline = Date.now() + LOCK_WAIT_MS;
  while (!writeOwnMark(path)) {
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(`Another process has been starting or stopping ${home} for too long.`);
    }
    removeDeadMark(path);
    await sleep(50);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Records that this process uses the server. Returns the name for `release`. */
export function claim(home: string): string {
  const path = join(claimsFolder(home), `${String(process.pid)}-${randomUUID()}`);
  writeOwnMark(path);
  return path;
}

/** Removes that record. True when no living process uses the server any more. */
export function release(home: string, name: string): boolean {
  rmSync(name, { force: true });
  const folder = claimsFolder(home);
  for (const other of readdirSync(folder)) removeDeadMark(join(folder, other));
  return readdirSync(folder).length === 0;
}

function claimsFolder(home: string): string {
  const folder = join(home, 'users');
  if (mkdirSync(folder, { recursive: true }) !== undefined) giveToOwnerOf(home, folder);
  return folder;
}

/** False when the file exists already. */
function writeOwnMark(path: string): boolean {
  try {
    const mark = `${String(process.pid)} ${findProcess(process.pid)?.startedAt ?? ''}`;
    writeFileSync(path, mark, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function removeDeadMark(path: string): void {
  const mark = readMark(path);
  if (mark === undefined || isAlive(mark, path)) return;
  // Renamed first: two processes may see the same dead mark, and the slower one must not remove the new mark
  // of the other.
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readMark(aside) === mark) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function readMark(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(mark: string, path: string): boolean {
  const [pid = '', ...startedAt] = mark.split(' ');
  if (pid === '') return isYoung(path);
  return findProcess(Number(pid))?.startedAt === startedAt.join(' ');
}

/** A mark is empty only between its creation and the write, a moment, unless its writer was killed there. */
function isYoung(path: string): boolean {
  const madeAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return madeAt !== undefined && Date.now() - madeAt < 5000;
}
