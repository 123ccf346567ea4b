import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { BWRAP, bubblewrapWords } from './bubblewrap-words.ts';

/** So long a trial may take, in milliseconds: an own start of it takes some twenty. */
const TRIAL_MS = 10_000;

/**
 * Tries a sandbox as workspaces get it. Returns null when it works, else why not: the machine may forbid user
 * namespaces, and a container may forbid to mount /proc.
 */
export function findSandboxFault(config: Pick<RuntimeConfig, 'uid' | 'gid' | 'readable'>): string | null {
  if (!existsSync(BWRAP)) return 'bwrap is not installed (on Debian: apt-get install bubblewrap)';
  const root = mkdtempSync(join(tmpdir(), 'youarecoder-sandbox-'));
  try {
    chmodSync(root, 0o755);
    const owner = config.uid === null ? null : { uid: config.uid, gid: config.gid ?? config.uid };
    const [folder, socketFolder, tmpFolder] = ['folder', 'socket', 'tmp'].map((name) => {
      const path = join(root, name);
      mkdirSync(path);
      if (owner !== null) chownSync(path, owner.uid, owner.gid);
      return path;
    }) as [string, string, string];
    const folders = { folder, socketFolder, tmpFolder };
    const trial = { config: { ...config, dataDir: join(root, 'data') }, folders, owner };
    const [program = '', ...args] = bubblewrapWords(trial, ['/bin/sh', '-c', 'exit 0']);
    const { status, stderr, error } = spawnSync(program, args, {
      ...{ encoding: 'utf8', timeout: TRIAL_MS, stdio: ['ignore', 'ignore', 'pipe'] },
      ...(owner ?? {}),
    });
    if (status === 0) return null;
    return (error?.message ?? stderr.trim().split('\n').at(-1) ?? '') || `bwrap ended with ${String(status)}`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/**
 * The settings of the runtime with the sandbox that is used: the one that is set, else bubblewrap where it
 * works. Throws with the reason where it is set and does not work, and in production as root where nobody has
 * chosen to do without.
 */
export function chooseSandbox(
  config: RuntimeConfig,
  process: { production: boolean; isRoot: boolean },
): RuntimeConfig {
  if (!config.isManaged || config.sandbox === 'none') return { ...config, sandbox: 'none' };
  const fault = findSandboxFault(config);
  if (fault === null) return { ...config, sandbox: 'bubblewrap' };
  if (config.sandbox === 'bubblewrap') throw new Error(`bubblewrap does not work here: ${fault}`);
  if (process.production && process.isRoot)
    throw new Error(
      `bubblewrap does not work here: ${fault}. Workspaces would see each other; none accepts that`,
    );
  return { ...config, sandbox: 'none' };
}
