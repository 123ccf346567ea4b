import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { BWRAP } from './bubblewrap-words.ts';
import { NFT, PASTA, writeResolverFile } from './network-words.ts';
import { sandboxWords } from './sandbox-words.ts';

/** So long a trial may take, in milliseconds: one takes some fifty. */
const TRIAL_MS = 10_000;

type Asked = Pick<RuntimeConfig, 'uid' | 'gid' | 'readable' | 'deniedNetworks'>;

/**
 * Tries a sandbox with this network as workspaces get it. Returns null when it works, else why not: the
 * machine may forbid user namespaces, and a container may forbid to mount /proc.
 */
export function findSandboxFault(config: Asked, network: 'own' | 'none' = 'none'): string | null {
  if (!BWRAP.isInstalled) return 'bwrap is not installed (on Debian: apt-get install bubblewrap)';
  if (network === 'own') {
    if (!PASTA.isInstalled) return 'pasta is not installed (on Debian: apt-get install passt)';
    if (config.uid === null && process.getuid?.() === 0) return 'pasta does not serve root (WORKSPACE_UID)';
    if (!NFT.isInstalled) return 'nft is not installed (on Debian: apt-get install nftables)';
  }
  const root = mkdtempSync(join(tmpdir(), 'youarecoder-sandbox-'));
  try {
    chmodSync(root, 0o755);
    const owner = config.uid === null ? null : { uid: config.uid, gid: config.gid ?? config.uid };
    const make = (name: string): string => {
      const path = join(root, name);
      mkdirSync(path);
      if (owner !== null) chownSync(path, owner.uid, owner.gid);
      return path;
    };
    const folders = { folder: make('folder'), socketFolder: make('socket'), tmpFolder: make('tmp') };
    const resolverFile = join(root, 'resolv.conf');
    writeResolverFile(resolverFile);
    const words = sandboxWords(
      {
        config: { ...config, dataDir: join(root, 'data'), network, usesSocket: true },
        folders: { ...folders, resolverFile },
        owner,
        port: 0,
      },
      ['/bin/sh', '-c', 'exit 0'],
    );
    const { status, stderr, error } = spawnSync(words[0] ?? '', words.slice(1), {
      ...{ encoding: 'utf8', timeout: TRIAL_MS, killSignal: 'SIGKILL', stdio: ['ignore', 'ignore', 'pipe'] },
      ...(owner ?? {}),
    });
    if (status === 0) return null;
    return (error?.message ?? stderr.trim()) || `a trial ended with ${String(status)}`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/**
 * The settings of the runtime with the sandbox and the network that are used: those that are set, else what
 * works here. Throws with the reason where something is set and does not work, and in production as root
 * where nobody has chosen to do without a sandbox.
 */
export function chooseSandbox(
  config: RuntimeConfig,
  app: { production: boolean; isRoot: boolean },
): RuntimeConfig {
  const without: RuntimeConfig = { ...config, sandbox: 'none', network: 'shared' };
  if (!config.isManaged) return without;
  if (config.sandbox === 'none') {
    if (config.network === 'own' || config.network === 'none')
      throw new Error('WORKSPACE_NETWORK: only a sandbox has a network of its own');
    return without;
  }
  const fault = findSandboxFault(config);
  if (fault === null) return { ...config, sandbox: 'bubblewrap', network: chooseNetwork(config) };
  if (config.sandbox === 'bubblewrap')
    throw new Error(`WORKSPACE_SANDBOX: bubblewrap does not work here: ${fault}`);
  if (app.production && app.isRoot)
    throw new Error(
      `WORKSPACE_SANDBOX: bubblewrap does not work here: ${fault}. none accepts that workspaces see each other`,
    );
  return without;
}

function chooseNetwork(config: RuntimeConfig): RuntimeConfig['network'] {
  const { network, usesSocket } = config;
  if (network === 'shared') return network;
  const fault = network === 'none' ? null : findSandboxFault(config, 'own');
  if (network !== 'none' && fault === null) return 'own';
  if (network === 'own') throw new Error(`WORKSPACE_NETWORK: own does not work here: ${fault ?? ''}`);
  if (usesSocket) return 'none';
  const reason = fault === null ? '' : ` (own does not work here: ${fault})`;
  throw new Error(`WORKSPACE_NETWORK: without a network nobody reaches a program that takes {port}${reason}`);
}
