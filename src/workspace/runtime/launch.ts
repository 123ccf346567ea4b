import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { fillCommand } from '../../config/command-template.ts';
import type { WorkspaceFolders } from '../../config/data-folders.ts';
import { joinControlGroup } from '../sandbox/control-group.ts';
import { writeResolverFile } from '../sandbox/network-words.ts';
import { prlimitWords, type ResourceLimits } from '../sandbox/resource-limits.ts';
import { sandboxWords } from '../sandbox/sandbox-words.ts';
import type { Owner } from './workspace-folders.ts';
import { workspaceEnvironment } from './workspace-environment.ts';
import { openWorkspaceLog } from './workspace-log.ts';

/**
 * Waits for a line before it becomes the program, so that the process can be moved into its control group
 * first; ends when the app ends instead.
 */
const GATE = ['/bin/sh', '-c', 'read -r _ && exec "$@" < /dev/null', 'sh'];

/**
 * Starts the program of a workspace in its sandbox and its control group, as the leader of its own process
 * group. Its output goes to its log. Throws when it cannot be moved into the control group.
 */
export function launch(
  config: RuntimeConfig,
  workspace: { name: string; port: number },
  setting: {
    folders: WorkspaceFolders;
    owner: Owner | null;
    limits: ResourceLimits;
    group: string | null;
  },
): ChildProcess {
  const { folders, owner, limits, group } = setting;
  const { folder, socketPath } = folders;
  const port = String(workspace.port);
  const command = fillCommand(config.command ?? [], {
    folder,
    socket: socketPath,
    port,
    name: workspace.name,
  });
  const limited = (words: string[]): string[] => [...prlimitWords(limits), ...words];
  const words =
    config.sandbox === 'bubblewrap'
      ? sandboxWords({ config, folders, owner, port: workspace.port }, command, limited)
      : limited(command);
  const [program = '', ...args] = group === null ? words : [...GATE, ...words];
  if (config.network === 'own') writeResolverFile(folders.resolverFile);
  const output = openWorkspaceLog(folders.logFile);
  try {
    const child = spawn(program, args, {
      cwd: folder,
      env: workspaceEnvironment(folder),
      detached: true,
      stdio: [group === null ? 'ignore' : 'pipe', output, output],
      ...(owner ?? {}),
    });
    if (group !== null) openGate(child, group);
    return child;
  } finally {
    closeSync(output);
  }
}

function openGate(child: ChildProcess, group: string): void {
  // The process has failed to start, or was killed; its own events say so.
  child.stdin?.on('error', () => undefined);
  try {
    if (child.pid !== undefined) joinControlGroup(group, child.pid);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  child.stdin?.end('\n');
}
