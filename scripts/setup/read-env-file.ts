import { chmodSync, statSync } from 'node:fs';

/**
 * Loads `.env` when there is one; what is set in the environment wins. It may hold secrets, and workspaces
 * run on the same machine as users of their own: from then on nobody but its owner and group can read it.
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
    // Another's file, or a disk that cannot be written.
    process.stderr.write(`${path} can be read by every user of this machine, and cannot be closed here\n`);
  }
}
