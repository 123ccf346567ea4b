import { readFileSync } from 'node:fs';
import { PORT_MIN } from '../port-label.ts';
import type { ProcessIdentity } from '../sandbox/process-identity.ts';
import { findSandboxProcesses } from '../sandbox/sandbox-processes.ts';

/** proc(5): the state of a socket that listens. */
const LISTEN = '0A';

/** More are not listed. */
const LISTED_MAX = 20;

/**
 * The ports on which something listens in the network of the sandbox that this process has started, at the
 * loopback address or at all addresses. Empty when there is none. The list is the kernel's, and no program
 * inside can change it.
 */
export function listListeningPorts(starter: ProcessIdentity | null): number[] {
  const outer = starter === null ? null : (findSandboxProcesses(starter)?.outer ?? null);
  if (outer === null) return [];
  const rows = ['tcp', 'tcp6'].flatMap((name) => readRows(`/proc/${String(outer.pid)}/net/${name}`));
  const ports = rows.filter(({ address }) => isReachable(address)).map(({ port }) => port);
  return [...new Set(ports)]
    .filter((port) => port >= PORT_MIN)
    .sort((a, b) => a - b)
    .slice(0, LISTED_MAX);
}

function readRows(path: string): { address: string; port: number }[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === LISTEN)
      .map(([, local = '']) => {
        const [address = '', port = ''] = local.split(':');
        return { address, port: parseInt(port, 16) };
      });
  } catch {
    return [];
  }
}

/** Each group of eight digits is in the byte order of the machine, so 127.0.0.1 is 0100007F. */
function isReachable(address: string): boolean {
  return /^(0{8}|0100007F|0{32}|0{24}01000000|0{16}FFFF0000(0{8}|0100007F))$/.test(address);
}
