import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The system's own folders before those of what was built here. The PATH is not asked: it may name any. */
const FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin', '/usr/local/sbin'];

interface Program {
  /** Where it lies; where it would lie when it is not installed, so that a start says what is missing. */
  path: string;
  isInstalled: boolean;
}

/** Looks for a program of the system. */
export function findProgram(name: string): Program {
  const paths = FOLDERS.map((folder) => join(folder, name));
  const found = paths.find((path) => existsSync(path));
  return { path: found ?? join('/usr/bin', name), isInstalled: found !== undefined };
}
