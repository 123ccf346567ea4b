import { dirname, join } from 'node:path';
import { findClosed } from '../../embedded-postgres/home.ts';
import { WORKSPACE_DOMAIN } from './guest.ts';
import { UsageError } from '../options.ts';

/**
 * The first of the users that workspaces run as when the benchmark runs as root: the app refuses to run them
 * as root.
 */
const FIRST_UID = 200_000;

/**
 * The environment that makes an app run workspaces and proxy requests to them, on top of the defaults. Throws
 * when the benchmark runs as root from a folder that others may not enter: no workspace could start there.
 */
export function runningWorkspaces(): Record<string, string> {
  const program = join(import.meta.dirname, 'upstream.ts');
  const isRoot = process.getuid?.() === 0;
  if (isRoot) requireOpenFolder(dirname(program));
  return {
    WORKSPACE_DOMAIN,
    WORKSPACE_RUNTIME: 'process',
    WORKSPACE_COMMAND: `"${process.execPath}" --import "${import.meta.resolve('tsx')}" "${program}" {socket}`,
    ...(isRoot ? { WORKSPACE_UID: String(FIRST_UID) } : {}),
  };
}

function requireOpenFolder(folder: string): void {
  const closed = findClosed(folder, { uid: FIRST_UID, gid: FIRST_UID });
  if (closed === undefined) return;
  throw new UsageError(
    `As root the benchmark runs workspaces as another user, who may not enter ${closed}: run it as yourself, or from a folder that all may enter`,
  );
}
