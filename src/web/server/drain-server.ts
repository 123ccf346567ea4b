import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** How often connections that have fallen idle meanwhile are closed, in milliseconds. */
const LOOK_MS = 100;

/** How long handlers of requests that were cut have to write down how those ended, in milliseconds. */
const AFTER_CUT_MS = 2000;

/**
 * Takes no new connection and resolves when those that are open have ended. After `streamMs` it calls
 * `cutStreams`, for answers that have no end; after `drainMs` it cuts whatever is left.
 */
export async function drainServer(
  server: Server,
  of: { streamMs: number; cutStreams(): void; drainMs: number },
): Promise<void> {
  const state = { isCut: false };
  const streams = setTimeout(of.cutStreams, of.streamMs);
  const rest = setTimeout(() => {
    state.isCut = true;
    of.cutStreams();
    server.closeAllConnections();
  }, of.drainMs);
  // `close` itself closes those that are idle now; one that has had its answer since would be waited for as
  // long as it is kept.
  const idle = setInterval(() => {
    server.closeIdleConnections();
  }, LOOK_MS);
  await new Promise((done) => server.close(done));
  for (const timer of [streams, rest, idle]) clearTimeout(timer);
  // What was cut off is written down by its handler, which nobody can wait for by name.
  if (state.isCut) await pause(AFTER_CUT_MS);
}
