import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { fillCommand } from '../../config/command-template.ts';
import type { WorkspaceFolders } from '../../config/data-folders.ts';
import { writeResolverFile } from '../sandbox/network-words.ts';
import { sandboxWords } from '../sandbox/sandbox-words.ts';
import type { Owner } from './workspace-folders.ts';
import { workspaceEnvironment } from './workspace-environment.ts';
import { openWorkspaceLog } from './workspace-log.ts';

const PRLIMIT = ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path));

/**
 * Starts the program of a workspace, in its sandbox, as the leader of its own process group. Its output goes
 * to its log.
 */
export function launch(
  config: RuntimeConfig,
  workspace: { name: string; port: number },
  folders: WorkspaceFolders,
  owner: Owner | null,
): ChildProcess {
  const { folder, socketPath } = folders;
  const port = String(workspace.port);
  const command = fillCommand(config.command ?? [], {
    folder,
    socket: socketPath,
    port,
    name: workspace.name,
  });
  const limited = (words: string[]): string[] => [...workspaceLimits(config, owner), ...words];
  const [program = '', ...args] =
    config.sandbox === 'bubblewrap'
      ? sandboxWords({ config, folders, owner, port: workspace.port }, command, limited)
      : limited(command);
  if (config.network === 'own') writeResolverFile(folders.resolverFile);
  const output = openWorkspaceLog(folders.logFile);
  try {
    return spawn(program, args, {
      cwd: folder,
      env: workspaceEnvironment(folder),
      detached: true,
      stdio: ['ignore', output, output],
      ...(owner ?? {}),
    });
  } finally {
    closeSync(output);
  }
}

/**
 * The command that gives a program the limits of a workspace; empty where there is no `prlimit`. RLIMIT_DATA
 * stands in place of RLIMIT_AS, since programs reserve far more addresses than they use. RLIMIT_NPROC counts
 * all processes of a user.
 */
export function workspaceLimits({ memoryMb, processesMax }: RuntimeConfig, owner: Owner | null): string[] {
  if (PRLIMIT === undefined) return [];
  const asked = [
    ...(memoryMb === null ? [] : [`--data=${String(memoryMb * 1_048_576)}`]),
    ...(processesMax === null || owner === null ? [] : [`--nproc=${String(processesMax)}`]),
  ];
  return [PRLIMIT, '--core=0', ...asked, '--'];
}
