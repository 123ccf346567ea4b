import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';

/** Fixed by RFC 6455, section 1.3. */
const WEBSOCKET_KEY = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/*
 * The program of a workspace of the benchmark: answers every request with the same kilobyte, and accepts
 * every message of a WebSocket. Listens on the Unix socket that its only argument names.
 */
function main(): void {
  const path = process.argv[2] ?? '';
  const page = 'x'.repeat(1024);
  const server = createServer((_req, res) => res.end(page));
  server.on('upgrade', (req, socket: Socket) => {
    const accept = createHash('sha1')
      .update(`${req.headers['sec-websocket-key'] ?? ''}${WEBSOCKET_KEY}`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    socket.on('error', () => socket.destroy()).resume();
  });
  rmSync(path, { force: true });
  server.listen(path);
  process.on('SIGTERM', () => process.exit(0));
}

main();
