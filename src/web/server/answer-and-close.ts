import type { Duplex } from 'node:stream';

/** For so long, in milliseconds, the other side may read an answer and go on sending what it had begun. */
const LINGER_MS = 2000;

/**
 * Sends a last answer and ends the connection: at once for writing, a little later for good. If it were
 * destroyed at once, bytes still on their way here would make the system reset it, and the answer would be
 * lost (RFC 9112, section 9.6).
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
