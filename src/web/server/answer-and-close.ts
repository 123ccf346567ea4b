import type { Duplex } from 'node:stream';

/** How long the other side may still read the answer and finish sending, in milliseconds. */
const LINGER_MS = 2000;

/**
 * Sends a last answer and closes the connection: for writing at once, for reading a little later. Destroying
 * it at once could lose the answer: bytes still on their way here would make the system reset the connection
 * (RFC 9112, section 9.6).
 */
export function answerAndClose(socket: Duplex, answer: string): void {
  if (socket.destroyed || socket.writableEnded) return;
  socket.end(answer, 'latin1');
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
}
