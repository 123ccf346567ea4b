import { dirname } from 'node:path';

/**
 * The environment of a program in a workspace. The environment of the app is left out, since it holds our
 * secrets.
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
