import { join } from 'node:path';
import { WORKSPACE_DOMAIN } from './guest.ts';

/** The first of the users that workspaces run as when the benchmark runs as root: the app refuses to run them as root. */
const FIRST_UID = '200000';

/** What an app is told on top of the defaults so that it runs workspaces and passes on what comes to them. */
export function runningWorkspaces(): Record<string, string> {
  const program = join(import.meta.dirname, 'upstream.ts');
  return {
    WORKSPACE_DOMAIN,
    WORKSPACE_RUNTIME: 'process',
    WORKSPACE_COMMAND: `"${process.execPath}" --import "${import.meta.resolve('tsx')}" "${program}" {socket}`,
    ...(process.getuid?.() === 0 ? { WORKSPACE_UID: FIRST_UID } : {}),
  };
}
