import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { answers } from '../runtime/answers.ts';

/** A flood on the socket keeps other clients from it, but must not keep the app from its work. */
const CONNECTIONS_MAX = 1000;

/**
 * Listens on a Unix socket whose folder is the guard: it may be open to one group, and never to everybody. A
 * missing folder is made for the own user only. Rejects when the folder is open, or when another process
 * listens there.
 */
export async function listenPrivately(path: string, onSocket: (socket: Socket) => void): Promise<Server> {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = statSync(folder);
  if ((mode & 0o027) !== 0) throw new Error(`${folder} is open to others: its mode must be 0710 or less`);
  if (uid !== process.getuid?.()) throw new Error(`${folder} must belong to the user of the app`);
  if (await answers({ path })) throw new Error(`another process listens at ${path}`);
  rmSync(path, { force: true });
  const server = createServer(onSocket);
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  // Connecting takes the right to write; who may, the folder says.
  chmodSync(path, 0o666);
  return server;
}
