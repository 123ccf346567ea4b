import { chmodSync, statSync } from 'node:fs';

/**
 * Loads `.env` when there is one; variables of the environment win. The file may hold secrets, and workspaces
 * run on the same machine as users of their own, so reading is then limited to its owner and group.
 */
export function readEnvFile(): void {
  try {
    closeToOthers('.env');
    process.loadEnvFile('.env');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function closeToOthers(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o007) === 0) return;
  try {
    chmodSync(path, mode & 0o770);
  } catch {
    // The file belongs to somebody else, or the disk is read-only.
    process.stderr.write(`${path} can be read by every user of this machine, and cannot be closed here\n`);
  }
}
