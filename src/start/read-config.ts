import { ConfigError, loadConfig, type Config } from '../config/config.ts';
import { findControlGroupFault } from '../workspace/sandbox/control-group.ts';
import { chooseSandbox } from '../workspace/sandbox/find-sandbox.ts';

/**
 * The configuration with the sandbox that is used here. Faults are printed, all at once, and end the process.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  try {
    const config = loadConfig(env);
    const { isManaged, uid } = config.workspaceRuntime;
    if (config.production && isManaged && uid === null && process.getuid?.() === 0)
      throw new ConfigError(['WORKSPACE_UID: is not set, and workspaces would run as root']);
    return { ...config, workspaceRuntime: chooseSandboxFor(config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function chooseSandboxFor({ production, workspaceRuntime }: Config): Config['workspaceRuntime'] {
  const { isManaged, cgroup } = workspaceRuntime;
  const fault = isManaged && cgroup !== null ? findControlGroupFault(cgroup) : null;
  if (fault !== null) throw new ConfigError([`WORKSPACE_CGROUP: ${fault}`]);
  try {
    return chooseSandbox(workspaceRuntime, { production, isRoot: process.getuid?.() === 0 });
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}
