import { dirname } from 'node:path';

/**
 * The environment of whatever runs in a workspace. Nothing of ours: a workspace that sees our environment has
 * our secrets.
 */
export function workspaceEnvironment(folder: string): Record<string, string> {
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'];
  return {
    PATH: [...new Set(path)].join(':'),
    HOME: folder,
    LANG: 'C.UTF-8',
    USER: 'workspace',
    LOGNAME: 'workspace',
  };
}
