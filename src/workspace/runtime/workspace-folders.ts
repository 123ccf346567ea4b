import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isAlive, type ProcessIdentity } from '../sandbox/process-identity.ts';
import type { ResourceLimits } from '../sandbox/resource-limits.ts';
import { networks, sandboxes, type Confinement } from '../runtime-types.ts';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { SOCKET_PATH_MAX, type WorkspaceFolders } from '../../config/data-folders.ts';

/** The user who owns the files of a workspace. */
export interface Owner {
  uid: number;
  gid: number;
}

/** The user of this workspace; null when workspaces run as the app's user. */
export function ownerOf({ uid, gid }: Pick<RuntimeConfig, 'uid' | 'gid'>, id: number): Owner | null {
  return uid === null ? null : { uid: uid + id, gid: gid ?? uid + id };
}

/** A running program as it is remembered: its process, and what keeps it apart from others. */
export type RunRecord = ProcessIdentity &
  Confinement & { group: string | null; limits: ResourceLimits | null };

const limit = z.number().nullable();

// Records of earlier releases have no sandbox or control group in them, and neither had their programs.
const record = z.object({
  pid: z.number().int().positive(),
  startedAt: z.string(),
  sandbox: z.enum(sandboxes).default('none'),
  network: z.enum(networks).default('shared'),
  /** The folder of its control group. */
  group: z.string().nullable().default(null),
  /** Null: of an earlier release, which wrote down none. */
  limits: z
    .object({
      ...{ memory_mb: limit, processes: limit, cpu_percent: limit, disk_mb: limit },
      // Nothing but the measured bound is in those of earlier releases.
      disk_files: limit.default(null),
      disk_bound_by: z.enum(['quota', 'measured', 'none']).default('measured'),
      bound_by: z.enum(['cgroup', 'prlimit', 'none']),
    })
    .nullable()
    .default(null),
});

/**
 * Makes what is missing: private folders of the workspace, and around them folders that only lead through.
 * Throws when the path of its socket is longer than the system takes.
 */
export function prepareFolders(root: string, folders: WorkspaceFolders, owner: Owner | null): void {
  if (Buffer.byteLength(folders.socketPath) > SOCKET_PATH_MAX)
    throw new Error(
      `DATA_DIR: is too deep, sockets may have paths of ${String(SOCKET_PATH_MAX)} bytes: ${folders.socketPath}`,
    );
  const through = owner === null ? 0o700 : 0o711;
  makeFolder(resolve(root), through, null);
  makeFolder(join(resolve(root), '.sockets'), through, null);
  makeFolder(join(resolve(root), '.run'), 0o700, null);
  makeFolder(folders.folder, 0o700, owner);
  makeFolder(folders.socketFolder, 0o700, owner);
  makeFolder(join(resolve(root), '.tmp'), through, null);
  makeFolder(folders.tmpFolder, 0o700, owner);
  rmSync(folders.socketPath, { force: true });
}

/** Empties the /tmp of a workspace, as a start of a machine does. Links are removed, never followed. */
export async function emptyTmp({ tmpFolder }: WorkspaceFolders): Promise<void> {
  await rm(tmpFolder, { recursive: true, force: true });
}

/** Remembers the process of a workspace across restarts of the app. */
export function writeRecord(folders: WorkspaceFolders, identity: RunRecord): void {
  writeFileSync(`${folders.recordFile}.new`, JSON.stringify(identity), { mode: 0o600 });
  renameSync(`${folders.recordFile}.new`, folders.recordFile);
}

/** The process of a workspace that an app before this one had started, if it still lives. */
export function findRecorded(folders: WorkspaceFolders): RunRecord | undefined {
  try {
    const parsed = record.safeParse(JSON.parse(readFileSync(folders.recordFile, 'utf8')));
    return parsed.success && isAlive(parsed.data) ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The workspaces of which there is a record. */
export function listRecorded(root: string): number[] {
  const folder = join(resolve(root), '.run');
  if (!existsSync(folder)) return [];
  const ids = readdirSync(folder).map((name) => /^(\d+)\.json$/.exec(name)?.[1]);
  return ids.filter((id) => id !== undefined).map(Number);
}

/** Forgets the process of a workspace. */
export function removeRecord(folders: WorkspaceFolders): void {
  rmSync(folders.recordFile, { force: true });
}

/** Removes all that a workspace had. Links are removed, never followed. */
export async function removeFolders(folders: WorkspaceFolders): Promise<void> {
  const { folder, socketFolder, tmpFolder, logFile, recordFile } = folders;
  for (const path of [folder, socketFolder, tmpFolder, logFile, recordFile])
    await rm(path, { recursive: true, force: true });
}

function makeFolder(path: string, mode: number, owner: Owner | null): void {
  mkdirSync(path, { recursive: true, mode });
  if (!lstatSync(path).isDirectory()) throw new Error(`${path} is no folder`);
  chmodSync(path, mode);
  if (owner !== null) chownSync(path, owner.uid, owner.gid);
}
