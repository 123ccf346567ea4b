/**
 * SQLSTATEs by which a server says that the app must leave it, now or for good: read-only (25006), a
 * shut-down (57P01–57P05), a broken connection (class 08). Source: PostgreSQL documentation, appendix A.
 */
const SERVERS_FAULT = /^(?:25006|57P0[1-5]|08[0-9A-Z]{3})$/;

/**
 * SQLSTATEs of a prepared statement that no longer fits the tables, which a migration has changed (0A000), or
 * that is gone (26000). A new connection has none.
 */
const STALE_STATEMENT = ['0A000', '26000'];

/**
 * For a fault of the server all connections of a pool are replaced at most once in so many milliseconds: it
 * may stay read-only for minutes.
 */
const RENEW_EVERY_MS = 1000;

/**
 * Decides which connections of one pool are still good. After a fail-over the old ones lead to a server that
 * became read-only or is shutting down; after a migration what they keep prepared may not fit. The first such
 * error retires every connection that was open by then, also those that have only read so far; new ones go
 * wherever the address leads now.
 */
export class ConnectionRenewal {
  #retiredBefore = -RENEW_EVERY_MS;

  /** Receives every error that the server sends. */
  note({ code }: { code?: string | undefined }): void {
    if (code === undefined) return;
    const now = performance.now();
    const isServersFault = SERVERS_FAULT.test(code) && now - this.#retiredBefore >= RENEW_EVERY_MS;
    if (isServersFault || STALE_STATEMENT.includes(code)) this.#retiredBefore = now;
  }

  /** False: the pool closes the connection instead of handing it out. */
  isGood(connection: { openedAt: number }): boolean {
    return connection.openedAt > this.#retiredBefore;
  }
}
