import { open } from 'node:fs/promises';
import { PORT_MIN } from '../port-label.ts';
import type { ProcessIdentity } from '../sandbox/process-identity.ts';

/** proc(5): "sl local_address rem_address st …", where 0A is the state of a socket that listens. */
const LISTENER = /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /;
const CONNECTION = / [0-9A-F]+:[0-9A-F]{4} (?!0A)[0-9A-F]{2} /;

/** No more characters of a list are read: some 1700 listeners. */
const READ_MAX = 262_144;
const PIECE_BYTES = 4096;

/** More are not listed. */
const LISTED_MAX = 20;

/**
 * The ports on which something listens in the network of this process, at the loopback address or at all
 * addresses. Empty when the process has ended. The list is the kernel's, and no program inside can change it.
 */
export async function listListeningPorts({ pid }: ProcessIdentity): Promise<number[]> {
  const read = ['tcp', 'tcp6'].map((name) => readRows(`/proc/${String(pid)}/net/${name}`));
  const rows = (await Promise.all(read)).flat();
  const ports = rows.filter(({ address }) => isReachable(address)).map(({ port }) => port);
  return [...new Set(ports)]
    .filter((port) => port >= PORT_MIN)
    .sort((a, b) => a - b)
    .slice(0, LISTED_MAX);
}

/**
 * The kernel lists what listens first, so the first other row ends it: a program inside can make hundreds of
 * thousands of connections, and nobody waits for the app to read about those.
 */
async function readRows(path: string): Promise<{ address: string; port: number }[]> {
  try {
    const text = await readUntilConnections(path);
    return text
      .split('\n')
      .slice(1)
      .map((line) => LISTENER.exec(line))
      .filter((found) => found !== null)
      .map(([, address = '', port = '']) => ({ address, port: parseInt(port, 16) }));
  } catch {
    return [];
  }
}

async function readUntilConnections(path: string): Promise<string> {
  const file = await open(path);
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    let text = '';
    while (text.length < READ_MAX) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, null);
      text += piece.toString('latin1', 0, bytesRead);
      if (bytesRead === 0 || CONNECTION.test(text.slice(-bytesRead))) break;
    }
    return text;
  } finally {
    await file.close();
  }
}

/** Each group of eight digits is in the byte order of the machine, so 127.0.0.1 is 0100007F. */
function isReachable(address: string): boolean {
  return /^(0{8}|0100007F|0{32}|0{24}01000000|0{16}FFFF0000(0{8}|0100007F))$/.test(address);
}
