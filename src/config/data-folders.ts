import { join, resolve } from 'node:path';

/** sun_path holds 108 bytes, the last of which is zero (unix(7)); macOS has 104. */
export const SOCKET_PATH_MAX = process.platform === 'linux' ? 107 : 103;

/**
 * The folders and files of one workspace. Record and log are out of its reach: the workspace could replace
 * them by links to our files.
 */
export interface WorkspaceFolders {
  folder: string;
  socketFolder: string;
  socketPath: string;
  /** The /tmp of the programs in a sandbox. */
  tmpFolder: string;
  /** Names the resolver of a network of its own; one file for all workspaces. */
  resolverFile: string;
  recordFile: string;
  logFile: string;
}

/** The paths of one workspace. */
export function foldersOf(root: string, id: number): WorkspaceFolders {
  const base = resolve(root);
  const name = String(id);
  const socketFolder = join(base, '.sockets', name);
  const socketPath = join(socketFolder, 's');
  return {
    folder: join(base, name),
    socketFolder,
    socketPath,
    tmpFolder: join(base, '.tmp', name),
    resolverFile: join(base, '.resolv.conf'),
    recordFile: join(base, '.run', `${name}.json`),
    logFile: join(base, '.run', `${name}.log`),
  };
}

/**
 * The two sockets, used by different users of the system: one for questions about keys, the other for opening
 * sessions.
 */
export function sshSocketPaths(folder: string): { keys: string; sessions: string } {
  return { keys: `${folder}/keys/socket`, sessions: `${folder}/sessions/socket` };
}
