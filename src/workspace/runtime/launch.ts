import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RuntimeConfig } from './runtime-types.ts';
import { fillCommand } from './command-template.ts';
import type { Owner, WorkspaceFolders } from './workspace-folders.ts';
import { openWorkspaceLog } from './workspace-log.ts';

const PRLIMIT = ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path));

/** Starts the program of a workspace as the leader of a group of its own. What it prints goes to its log. */
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
  const [program = '', ...args] = [...limits(config, owner), ...command];
  const output = openWorkspaceLog(folders.logFile);
  try {
    return spawn(program, args, {
      cwd: folder,
      env: environmentOf(folder),
      detached: true,
      stdio: ['ignore', output, output],
      ...(owner ?? {}),
    });
  } finally {
    closeSync(output);
  }
}

/** Nothing of ours: a workspace that sees our environment has our secrets. */
function environmentOf(folder: string): Record<string, string> {
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'];
  return {
    PATH: [...new Set(path)].join(':'),
    HOME: folder,
    LANG: 'C.UTF-8',
    USER: 'workspace',
    LOGNAME: 'workspace',
  };
}

/** RLIMIT_DATA and not RLIMIT_AS: programs reserve far more addresses than they use. RLIMIT_NPROC counts a whole user. */
function limits({ memoryMb, processesMax }: RuntimeConfig, owner: Owner | null): string[] {
  if (PRLIMIT === undefined) return [];
  const asked = [
    ...(memoryMb === null ? [] : [`--data=${String(memoryMb * 1_048_576)}`]),
    ...(processesMax === null || owner === null ? [] : [`--nproc=${String(processesMax)}`]),
  ];
  return [PRLIMIT, '--core=0', ...asked, '--'];
}
