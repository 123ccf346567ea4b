import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** How often connections that have become idle are closed, in milliseconds. */
const LOOK_MS = 100;

/** How long the handlers of cut requests have to record how those ended, in milliseconds. */
const AFTER_CUT_MS = 2000;

/**
 * Accepts no new connection and resolves when the open ones have ended. After `streamMs` it calls
 * `cutStreams`, for answers without an end; after `drainMs` it cuts the rest.
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
  // `close` itself closes the connections that are idle now. A connection that becomes idle later would be
  // waited for as long as it is kept alive.
  const idle = setInterval(() => {
    server.closeIdleConnections();
  }, LOOK_MS);
  await new Promise((done) => server.close(done));
  for (const timer of [streams, rest, idle]) clearTimeout(timer);
  // Handlers record the requests that were cut; there is no promise to wait for, so a pause stands in.
  if (state.isCut) await pause(AFTER_CUT_MS);
}
