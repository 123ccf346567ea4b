import { existsSync, lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { findProgram } from './find-program.ts';
import { resolverWords } from './network-words.ts';
import type { WorkspaceFolders } from '../../config/data-folders.ts';

/** The parts of the system that every program needs. A name for each user of a workspace is in the last. */
const SYSTEM = [
  '/usr',
  '/etc',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/var/lib/extrausers',
];

/** Debian's `bubblewrap`. */
export const BWRAP = findProgram('bwrap');

const APP_ROOT = resolve(import.meta.dirname, '../../..');

/** Memory that files in /dev/shm may take, in bytes: as much as Docker gives. */
const SHARED_MEMORY_BYTES = 67_108_864;

/** The material of a sandbox. */
export interface SandboxSetting {
  config: Pick<RuntimeConfig, 'dataDir' | 'readable' | 'network' | 'deniedNetworks' | 'usesSocket'>;
  folders: Pick<WorkspaceFolders, 'folder' | 'socketFolder' | 'tmpFolder' | 'resolverFile'>;
  owner: { uid: number; gid: number } | null;
}

/**
 * The words that start a command in a sandbox of its own (bwrap(1), 0.8 or newer).
 *
 * 1. The root is empty and read-only. The system and `readable` are bound into it read-only, without the
 *    effect of setuid bits or device files, since every mount of another user namespace has nosuid and nodev.
 * 2. DATA_DIR and the app's own folder are empty there; the folders of this workspace are put back in, at the
 *    paths that they have outside.
 * 3. /tmp is a folder of the workspace on the disk and not in memory, so the bound of the disk counts it.
 * 4. Own processes, message queues, host name, /proc, /dev. There is one user, who has no capability, gains
 *    none, and can make no further user namespace.
 */
export function bubblewrapWords({ config, folders, owner }: SandboxSetting, command: string[]): string[] {
  const { uid, gid } = owner ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const dataDir = resolve(config.dataDir);
  const readable = config.readable.map((path) => resolve(path));
  const isHidden = [...readable, '/usr'].some((path) => isWithin(APP_ROOT, path));
  return [
    ...[BWRAP.path, '--unshare-user', '--uid', String(uid), '--gid', String(gid), '--disable-userns'],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--hostname', 'workspace'],
    ...(config.network === 'shared' || config.network === 'own' ? [] : ['--unshare-net']),
    ...[...SYSTEM, ...readable].flatMap(bindSystem),
    ...(isHidden ? ['--tmpfs', APP_ROOT] : []),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...[
      '--size',
      String(SHARED_MEMORY_BYTES),
      '--perms',
      '1777',
      '--tmpfs',
      '/dev/shm',
      '--remount-ro',
      '/dev',
    ],
    ...['--bind', folders.tmpFolder, '/tmp', '--symlink', '/tmp', '/var/tmp', '--dir', '/run'],
    ...(config.network === 'own' ? resolverWords(folders.resolverFile) : []),
    ...toolsOfNode().flatMap((path) => ['--ro-bind', path, path]),
    ...['--tmpfs', dataDir],
    ...filesOf(command).flatMap((path) => ['--ro-bind', path, path]),
    ...['--bind', folders.folder, folders.folder, '--bind', folders.socketFolder, folders.socketFolder],
    ...['--remount-ro', dataDir, ...(isHidden ? ['--remount-ro', APP_ROOT] : []), '--remount-ro', '/'],
    ...['--chdir', folders.folder, '--', ...command],
  ];
}

/** Systems that merged /bin into /usr have links there. */
function bindSystem(path: string): string[] {
  try {
    if (lstatSync(path).isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
    return ['--ro-bind', path, path];
  } catch {
    return [];
  }
}

/** The folders of the Node that runs the app, which the PATH names, where it lies outside of the system. */
function toolsOfNode(): string[] {
  const bin = dirname(process.execPath);
  if (isWithin(bin, '/usr') || !isOpenToAll(bin)) return [];
  return [bin, join(bin, '../lib/node_modules')].filter((path) => existsSync(path));
}

/**
 * The files that a command names. A command of the app's own, such as the stand-in, also needs the packages
 * of the app.
 */
function filesOf(command: string[]): string[] {
  const files = command.filter(
    (word) => word.startsWith('/') && statSync(word, { throwIfNoEntry: false })?.isFile() === true,
  );
  const needed = files.filter((path) => !isWithin(path, '/usr'));
  if (!needed.some((path) => isWithin(path, APP_ROOT))) return needed;
  const own = ['node_modules', 'package.json'].map((name) => join(APP_ROOT, name));
  return [...own, ...needed];
}

function isWithin(path: string, folder: string): boolean {
  return `${path}/`.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** Whether everybody may pass through all folders above, and read and enter or run this one. */
export function isOpenToAll(path: string): boolean {
  for (let at = path; at !== '/'; at = dirname(at)) if ((statSync(at).mode & 0o005) === 0) return false;
  return true;
}
