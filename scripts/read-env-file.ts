import { chmodSync, statSync } from 'node:fs';

/**
 * Loads `.env` when there is one; what is set in the environment wins. It may hold secrets, and workspaces run on the same machine
 * as users of their own: from then on nobody but its owner and group can read it.
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
  const { mode, uid } = statSync(path);
  if ((mode & 0o007) === 0) return;
  const me = process.getuid?.();
  if (me === 0 || me === uid) chmodSync(path, mode & 0o770);
  else
    process.stderr.write(
      `${path} can be read by every user of this machine, and its owner is another one: close it\n`,
    );
}
