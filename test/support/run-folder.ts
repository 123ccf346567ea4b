import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findIdentity } from '../../src/workspace/sandbox/process-identity.ts';

const NAME = /^yac-tests-(\d+)$/;

/**
 * A folder for all temporary files of one run of the tests. The caller removes this one.
 *
 * 1. The folders of aborted runs are removed here, since nobody else does it.
 * 2. The folder is open to everybody, like its parent: some programs run as other users.
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
