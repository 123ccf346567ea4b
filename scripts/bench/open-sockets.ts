import { randomBytes, randomInt } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import type { AppProcess } from './apps/app-process.ts';
import type { Guest } from './apps/guest.ts';

/**
 * Longest message, in bytes: what a person types and clicks. All have headers of the short form (RFC 6455,
 * section 5.2).
 */
const MESSAGE_MAX = 100;

/** WebSockets that stay open. */
interface OpenSockets {
  /** Messages sent so far. */
  sent(): number;
  /** How many the other side has closed. */
  lost(): number;
  close(): void;
}

/** Opens so many WebSockets as these guests in turn, each of which sends a message a second from then on. */
export async function openSockets(app: AppProcess, guests: Guest[], count: number): Promise<OpenSockets> {
  const agent = new Agent({ maxSockets: 50 });
  const open: Socket[] = [];
  for (let first = 0; first < count; first += 50) {
    const some = Array.from(
      { length: Math.min(50, count - first) },
      (_, n) => guests[(first + n) % guests.length],
    );
    open.push(...(await Promise.all(some.map((guest) => openSocket(app, guest, agent)))));
  }
  const counts = { sent: 0, lost: 0 };
  for (const socket of open) socket.once('close', () => (counts.lost += 1)).on('error', () => undefined);
  // Spread over the second, as people are.
  const timers = open.map((socket, n) => {
    const beat = (): void => {
      socket.write(makeMessage());
      counts.sent += 1;
    };
    return setTimeout(
      () => {
        timers[n] = setInterval(beat, 1000);
      },
      (1000 * n) / count,
    );
  });
  return {
    sent: () => counts.sent,
    lost: () => counts.lost,
    close: () => {
      for (const timer of timers) clearInterval(timer);
      for (const socket of open) socket.destroy();
    },
  };
}

function openSocket(app: AppProcess, guest: Guest | undefined, agent: Agent): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const opening = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    };
    const headers = { ...guest?.headers, ...opening, host: guest?.host ?? '' };
    request(`${app.url}/socket`, { agent, headers })
      .once('upgrade', (_answer, socket: Socket) => {
        resolve(socket.resume());
      })
      .once('response', (answer) => {
        reject(new Error(`no WebSocket: ${String(answer.statusCode)}`));
      })
      .once('error', reject)
      .end();
  });
}

/** A masked text frame; the mask of zeros leaves the text as it is. */
function makeMessage(): Buffer {
  const text = 'x'.repeat(randomInt(1, MESSAGE_MAX));
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
