import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findIdentity } from '../../src/workspace/runtime/process-identity.ts';

const NAME = /^yac-tests-(\d+)$/;

/**
 * One folder for everything that a run of the tests puts into the system's folder for temporary files.
 * Removes those of runs that were broken off: nobody else does. The caller removes this one. Open to all, as
 * the one around it is: some programs run as other users.
 */
export function makeRunFolder(parent: string): string {
  for (const name of readdirSync(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || findIdentity(Number(pid)) !== undefined) continue;
    const path = join(parent, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.())
      rmSync(path, { recursive: true, force: true });
  }
  const folder = join(parent, `yac-tests-${String(process.pid)}`);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o1777);
  return folder;
}
