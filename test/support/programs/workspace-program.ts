import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A request as the program saw it. */
export interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface WorkspaceProgram {
  socketPath: string;
  /** The same program on a port of the loopback address. */
  port: number;
  /** Every request, oldest first. A WebSocket counts when it opens. */
  seen: Seen[];
  /** Bytes of bodies received so far. */
  received: number;
  /** Headers of the next answers. */
  answers: Record<string, string | string[]>;
  /** True when the program begins its answers and finishes them only at a signal. */
  isHolding: boolean;
  held: (() => void)[];
  /** Sends these bytes in every open WebSocket. */
  say(bytes: Buffer): void;
  /** True: the program ignores the input of its next WebSockets and never ends its side of them. */
  isDeaf: boolean;
  /** How many WebSockets the other side has not ended. */
  heard: number;
  close(): Promise<void>;
}

/** A program in a workspace: answers HTTP with the request it got, and repeats every byte of a WebSocket. */
export async function startWorkspaceProgram(): Promise<WorkspaceProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'workspace-'));
  const socketPath = join(folder, 'program.sock');
  const sockets = new Set<Socket>();
  const shared: Shared = {
    ...{ seen: [], received: 0, answers: {}, isHolding: false, held: [], isDeaf: false, heard: 0 },
  };
  const [onSocket, onPort] = [createRepeater(shared, sockets), createRepeater(shared, sockets)];
  await Promise.all([
    once(onSocket.listen(socketPath), 'listening'),
    once(onPort.listen(0, '127.0.0.1'), 'listening'),
  ]);
  return Object.assign(shared, {
    socketPath,
    port: (onPort.address() as AddressInfo).port,
    say: (bytes: Buffer) => {
      for (const socket of sockets) if (socket.writable) socket.write(bytes);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      for (const server of [onSocket, onPort]) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
      await rm(folder, { recursive: true, force: true });
    },
  });
}

type Shared = Pick<
  WorkspaceProgram,
  'seen' | 'received' | 'answers' | 'isHolding' | 'held' | 'isDeaf' | 'heard'
>;

function createRepeater(shared: Shared, sockets: Set<Socket>): Server {
  const note = ({ method = '', url = '', headers }: IncomingMessage, body: string): Seen => {
    const seen = { method, url, headers, body };
    shared.seen.push(seen);
    return seen;
  };
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (text: string) => {
      body += text;
      shared.received += text.length;
    });
    req.on('end', () => {
      for (const [name, value] of Object.entries(shared.answers)) res.setHeader(name, value);
      const text = JSON.stringify(note(req, body));
      if (req.url === '/events') {
        res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: now\n\n');
        return;
      }
      if (shared.isHolding) {
        res.flushHeaders();
        shared.held.push(() => res.end(text));
      } else res.end(text);
    });
  });
  server.on('upgrade', (req, socket: Socket) => {
    sockets.add(socket);
    shared.heard += 1;
    socket.once('end', () => (shared.heard -= 1));
    note(req, '');
    const key = `${req.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nset-cookie: a=1; Domain=localhost\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    socket.on('error', () => socket.destroy());
    if (shared.isDeaf) socket.resume();
    else socket.pipe(socket);
  });
  return server;
}
