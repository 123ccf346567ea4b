import type { Socket } from 'node:net';

/** The longest message, in bytes; a longer one is not from our programs. */
const LINE_MAX = 16_384;

/** Sends one message. Nothing happens when the other end is gone. */
export function sendLine(socket: Socket, message: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls back for each message, and cuts a connection that sends anything else. */
export function readLines(socket: Socket, onMessage: (message: unknown) => void): void {
  let waiting = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    waiting += chunk;
    const lines = waiting.split('\n');
    waiting = lines.pop() ?? '';
    if (waiting.length > LINE_MAX) socket.destroy();
    for (const line of lines) {
      if (socket.destroyed) return;
      const message = line.length > LINE_MAX ? undefined : parse(line);
      if (message === undefined) socket.destroy();
      else onMessage(message);
    }
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
