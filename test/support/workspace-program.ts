import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the program says that it got. */
export interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface WorkspaceProgram {
  socketPath: string;
  /** Headers of its next answers. */
  answers: Record<string, string | string[]>;
  close(): Promise<void>;
}

/** A program in a workspace: says over HTTP what it was asked, and repeats every byte of a WebSocket. Listens on a Unix socket. */
export async function startWorkspaceProgram(): Promise<WorkspaceProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'workspace-'));
  const socketPath = join(folder, 'program.sock');
  const sockets = new Set<Socket>();
  const program: WorkspaceProgram = {
    socketPath,
    answers: {},
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true, force: true });
    },
  };
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (text: string) => (body += text));
    req.on('end', () => {
      for (const [name, value] of Object.entries(program.answers)) res.setHeader(name, value);
      res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body }));
    });
  });
  server.on('upgrade', (req, socket: Socket) => {
    sockets.add(socket);
    const key = `${req.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nset-cookie: a=1; Domain=localhost\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  await new Promise<void>((done) => server.listen(socketPath, done));
  return program;
}
