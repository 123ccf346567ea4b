/**
 * SQLSTATEs by which a server says that this is the wrong place for the app, now or altogether: read-only
 * (25006), a shut-down (57P01–57P05), a broken connection (class 08). Source: PostgreSQL documentation,
 * appendix A.
 */
const SERVERS_FAULT = /^(?:25006|57P0[1-5]|08[0-9A-Z]{3})$/;

/**
 * At most so often all connections of a pool are replaced, in milliseconds: a server may stay read-only for
 * minutes.
 */
const RENEW_EVERY_MS = 1000;

/**
 * Decides which connections of one pool are still good. After a fail-over the old ones lead to a server that
 * became read-only, or that is on its way down: its first word to that effect retires every connection that
 * was open by then, also those that have only read so far. New ones go wherever the address leads now.
 */
export class ConnectionRenewal {
  #retiredBefore = -RENEW_EVERY_MS;

  /** Takes every error that the server sends. */
  note({ code }: { code?: string | undefined }): void {
    if (code === undefined || !SERVERS_FAULT.test(code)) return;
    const now = performance.now();
    if (now - this.#retiredBefore >= RENEW_EVERY_MS) this.#retiredBefore = now;
  }

  /** False: the pool closes it instead of handing it out. */
  isGood(connection: { openedAt: number }): boolean {
    return connection.openedAt > this.#retiredBefore;
  }
}
