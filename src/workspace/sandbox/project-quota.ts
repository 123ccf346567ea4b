import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { WorkspaceFolders } from '../../config/data-folders.ts';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { gather, setBounds, type QuotaBounds, type QuotaProject } from './quota-programs.ts';
import { MEGABYTE, TIDYING_SHARE, type DiskUse, type ResourceLimits } from './resource-limits.ts';

type Asked = Pick<RuntimeConfig, 'quotaDevice' | 'quotaSocket'>;
type DiskLimits = Pick<ResourceLimits, 'disk_mb' | 'disk_files'>;

/** Files that the start of a program may need to make. */
const FEW_FILES = 16;

/** The project of a workspace; null where no quota bounds it. */
export function projectOf(
  { quotaDevice, uid }: Pick<RuntimeConfig, 'quotaDevice' | 'uid'>,
  id: number,
  { folder, socketFolder, tmpFolder }: Pick<WorkspaceFolders, 'folder' | 'socketFolder' | 'tmpFolder'>,
): QuotaProject | null {
  if (quotaDevice === null || uid === null) return null;
  return { number: uid + id, folders: [folder, socketFolder, tmpFolder] };
}

/** The bounds of a project with its use. */
type QuotaState = QuotaBounds & { usedBytes: number; usedFiles: number };

/**
 * Makes folders a project with these limits; no program of the workspace may run. Rejects when the limits do
 * not hold.
 *
 * 1. No folder joins a project that is full, so that one has no bounds meanwhile.
 * 2. A project that is full may grow a little, so that its program starts and somebody can tidy up.
 */
export async function beginQuota(config: Asked, project: QuotaProject, limits: DiskLimits): Promise<void> {
  const limit = bytesAndFiles(limits);
  await gather(project).catch(async () => {
    await endQuota(config, project);
    await gather(project);
  });
  if (limit === null) return endQuota(config, project);
  if (!isHeld(project, limit)) await setBounds(config, project, limit);
  if (readQuota(project).bytes !== limit.bytes)
    throw new Error(`the limits of project ${String(project.number)} do not hold, or are beyond the disk`);
  if (!isFull(readQuota(project))) return;
  // Only below a bound the use is seen, and it may be far beyond the limit.
  const disk = readDisk(project);
  for (let bounds = limit; isFull(readQuota(project)) && bounds.bytes < disk.bytes;) {
    bounds = { bytes: bounds.bytes * 2, files: bounds.files * 2 };
    await setBounds(config, project, bounds);
  }
  await holdQuota(config, project, limits);
}

/** Whether the kernel holds these bounds. The disk tells its own size in place of a bound beyond that. */
function isHeld(project: QuotaProject, { bytes, files }: QuotaBounds): boolean {
  const state = readQuota(project);
  const disk = readDisk(project);
  return state.bytes === Math.min(bytes, disk.bytes) && state.files === Math.min(files, disk.files);
}

/**
 * Brings the bounds of a project to its limits, which may be new. While it is full, it keeps the room that
 * it got at its start, or what it needs of that.
 */
export async function holdQuota(config: Asked, project: QuotaProject, limits: DiskLimits): Promise<void> {
  const limit = bytesAndFiles(limits);
  if (limit === null) return;
  const { bytes, usedBytes, files, usedFiles } = readQuota(project);
  const bounds = { ...limit };
  if (usedBytes > limit.bytes - MEGABYTE)
    bounds.bytes = Math.max(limit.bytes, Math.min(bytes, roomOf(limit.bytes, usedBytes, MEGABYTE)));
  if (usedFiles >= limit.files)
    bounds.files = Math.max(limit.files, Math.min(files, roomOf(limit.files, usedFiles, FEW_FILES)));
  if (!isHeld(project, bounds)) await setBounds(config, project, bounds);
}

/**
 * A little beyond the limit, however often it is started. Beyond that, as after a change to a smaller plan,
 * the least with which a program starts: without a socket, say, none does.
 */
function roomOf(limit: number, used: number, least: number): number {
  return Math.floor(Math.max(limit * (1 + TIDYING_SHARE), used + least));
}

/** Takes the bounds of a project away. */
export function endQuota(config: Asked, project: QuotaProject): Promise<void> {
  return setBounds(config, project, { bytes: 0, files: 0 });
}

/**
 * The figures of a project, from the kernel's own accounts: for a folder that hands its project on, statfs(2)
 * tells of the project in place of the disk, unless the disk is smaller. Beyond a bound it tells the bound.
 */
function readQuota({ folders: [home = ''] }: QuotaProject): QuotaState {
  return readState(home);
}

/** The figures of the whole disk: the folder around the homes is in no project. */
function readDisk({ folders: [home = ''] }: QuotaProject): QuotaState {
  return readState(dirname(home));
}

function readState(folder: string): QuotaState {
  const { bsize, blocks, bfree, files, ffree } = statfsSync(folder);
  return {
    ...{ bytes: blocks * bsize, usedBytes: (blocks - bfree) * bsize },
    ...{ files, usedFiles: files - ffree },
  };
}

/** Hardly anything can be written. */
function isFull({ bytes, usedBytes, files, usedFiles }: QuotaState): boolean {
  return bytes - usedBytes < MEGABYTE || files <= usedFiles;
}

/** The use of a project with these limits; null when nobody knows it. */
export function quotaUse(project: QuotaProject, limits: DiskLimits): DiskUse | null {
  const limit = bytesAndFiles(limits);
  const state = readIfThere(project);
  if (limit === null || state === null) return null;
  const { usedBytes, files, usedFiles } = state;
  return {
    ...{ usedBytes, limitBytes: limit.bytes, isFull: isFull(state), mustStop: false },
    // A disk with fewer files than the limit tells of itself.
    files: files < limit.files ? null : { used: usedFiles, limit: limit.files },
  };
}

function readIfThere(project: QuotaProject): QuotaState | null {
  try {
    return readQuota(project);
  } catch {
    return null;
  }
}

function bytesAndFiles({ disk_mb, disk_files }: DiskLimits): QuotaBounds | null {
  return disk_mb === null || disk_files === null ? null : { bytes: disk_mb * MEGABYTE, files: disk_files };
}
