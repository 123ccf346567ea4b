import { readFile } from 'node:fs/promises';
import { PORT_MIN } from '../port-label.ts';
import type { ProcessIdentity } from '../sandbox/process-identity.ts';

/** proc(5): the state of a socket that listens. */
const LISTEN = '0A';

/** More are not listed. */
const LISTED_MAX = 20;

/**
 * The ports on which something listens in the network of this process, at the loopback address or at all
 * addresses. Empty when the process has ended. The list is the kernel's, and no program inside can change it.
 */
export async function listListeningPorts({ pid }: ProcessIdentity): Promise<number[]> {
  // To make such a file the kernel looks through the connections of the whole machine, for some 10 ms.
  const read = ['tcp', 'tcp6'].map((name) => readRows(`/proc/${String(pid)}/net/${name}`));
  const rows = (await Promise.all(read)).flat();
  const ports = rows.filter(({ address }) => isReachable(address)).map(({ port }) => port);
  return [...new Set(ports)]
    .filter((port) => port >= PORT_MIN)
    .sort((a, b) => a - b)
    .slice(0, LISTED_MAX);
}

async function readRows(path: string): Promise<{ address: string; port: number }[]> {
  try {
    return (await readFile(path, 'utf8'))
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
