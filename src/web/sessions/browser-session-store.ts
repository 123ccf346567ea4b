import { createHash } from 'node:crypto';
import connectPgSimple from 'connect-pg-simple';
import session from 'express-session';
import type pg from 'pg';

const TABLE = 'browser_sessions';

const PgStore = connectPgSimple(session);

/** SHA-256 of a session id, in hex: the key of its row, and the name that evidence may use. */
export function hashBrowserSessionId(browserSessionId: string): string {
  return createHash('sha256').update(browserSessionId).digest('hex');
}

/**
 * Browser sessions in Postgres, by the hash of their id. The request that creates a session inserts its row,
 * and every later save only updates it: a deleted session (sign-out, another sign-in, deactivation, sweep)
 * stays deleted, even while a request with it is still being answered. `connect-pg-simple` upserts and would
 * insert the row again.
 */
export class BrowserSessionStore extends PgStore {
  readonly #pool: Pick<pg.Pool, 'query'>;
  /** Sessions created by a request under way and not stored yet. */
  readonly #unstored = new WeakSet<session.SessionData>();
  /** Sessions continued a moment ago, for an answer that is about to be sent. */
  readonly #continued = new WeakSet<session.SessionData>();

  constructor(pool: Pick<pg.Pool, 'query'>) {
    super({
      pool: pool as pg.Pool,
      tableName: TABLE,
      createTableIfMissing: false,
      pruneSessionInterval: false,
    });
    this.#pool = pool;
  }

  /** Marks a session as created by the request under way: its first save inserts the row. */
  noteUnstored(data: session.SessionData): void {
    this.#unstored.add(data);
  }

  /** True for the session of a browser that has no row yet. */
  isUnstored(data: session.SessionData): boolean {
    return this.#unstored.has(data);
  }

  /** Extends a stored session. False when the session no longer exists. */
  async continue(sid: string, data: session.SessionData): Promise<boolean> {
    const { rowCount } = await this.#pool.query(`update ${TABLE} set expire = $1 where sid = $2`, [
      expiryOf(data),
      hashBrowserSessionId(sid),
    ]);
    if (rowCount === 1) this.#continued.add(data);
    return rowCount === 1;
  }

  override get(sid: string, callback: Parameters<session.Store['get']>[1]): void {
    super.get(hashBrowserSessionId(sid), callback);
  }

  override set(sid: string, data: session.SessionData, callback: (error?: unknown) => void = ignore): void {
    const isNew = this.#unstored.delete(data);
    const statement = isNew
      ? `insert into ${TABLE} (sess, expire, sid) values ($1, $2, $3)`
      : `update ${TABLE} set sess = $1, expire = $2 where sid = $3`;
    this.#pool.query(statement, [data, expiryOf(data), hashBrowserSessionId(sid)]).then(() => {
      callback();
    }, callback);
  }

  override destroy(sid: string, callback?: (error?: unknown) => void): void {
    super.destroy(hashBrowserSessionId(sid), callback);
  }

  override touch(sid: string, data: session.SessionData, callback: (error?: unknown) => void = ignore): void {
    if (this.#continued.delete(data)) {
      callback();
      return;
    }
    this.continue(sid, data).then(() => {
      // Without an argument: `express-session` takes any argument for an error and would cut the connection
      // of a download.
      callback();
    }, callback);
  }
}

/** Each request starts a session's time anew. */
function expiryOf({ cookie }: session.SessionData): Date {
  if (cookie.originalMaxAge === null) throw new Error('Bug! A browser session without an end');
  return new Date(Date.now() + cookie.originalMaxAge);
}

function ignore(): void {
  return undefined;
}
