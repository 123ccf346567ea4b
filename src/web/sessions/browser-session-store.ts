import { createHash } from 'node:crypto';
import connectPgSimple from 'connect-pg-simple';
import session from 'express-session';
import type pg from 'pg';

const TABLE = 'browser_sessions';

const PgStore = connectPgSimple(session);

/** SHA-256 of a session id, in hex: the key of its row, and what evidence may name. */
export function hashSessionId(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('hex');
}

/**
 * Browser sessions in Postgres, by the hash of their id. A row is inserted once, by the request that made the
 * session; every later save is an update. So a session that was deleted (sign-out, another sign-in,
 * deactivation, sweep) stays deleted, whatever was still being answered with it. The store of
 * `connect-pg-simple` upserts, which would insert it again.
 */
export class BrowserSessionStore extends PgStore {
  readonly #pool: Pick<pg.Pool, 'query'>;
  /** Made by a request that is under way, and not stored yet. */
  readonly #unstored = new WeakSet<session.SessionData>();
  /** Continued a moment ago, for the answer that is about to be sent. */
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

  /** Notes that this session was made by the request under way: its first save inserts the row. */
  noteUnstored(data: session.SessionData): void {
    this.#unstored.add(data);
  }

  /** True for the session of a browser that has no row yet. */
  isUnstored(data: session.SessionData): boolean {
    return this.#unstored.has(data);
  }

  /** Moves the end of a stored session. False when there is no such session any more. */
  async continue(sid: string, data: session.SessionData): Promise<boolean> {
    const { rowCount } = await this.#pool.query(`update ${TABLE} set expire = $1 where sid = $2`, [
      expiryOf(data),
      hashSessionId(sid),
    ]);
    if (rowCount === 1) this.#continued.add(data);
    return rowCount === 1;
  }

  override get(sid: string, callback: Parameters<session.Store['get']>[1]): void {
    super.get(hashSessionId(sid), callback);
  }

  override set(sid: string, data: session.SessionData, callback: (error?: unknown) => void = ignore): void {
    const isNew = this.#unstored.delete(data);
    const statement = isNew
      ? `insert into ${TABLE} (sess, expire, sid) values ($1, $2, $3)`
      : `update ${TABLE} set sess = $1, expire = $2 where sid = $3`;
    this.#pool.query(statement, [data, expiryOf(data), hashSessionId(sid)]).then(() => {
      callback();
    }, callback);
  }

  override destroy(sid: string, callback?: (error?: unknown) => void): void {
    super.destroy(hashSessionId(sid), callback);
  }

  override touch(sid: string, data: session.SessionData, callback: (error?: unknown) => void = ignore): void {
    if (this.#continued.delete(data)) {
      callback();
      return;
    }
    this.continue(sid, data).then(() => {
      // Without an argument: `express-session` takes any for an error, and the connection of a download would
      // be cut.
      callback();
    }, callback);
  }
}

/** A session lasts its whole time from its newest request on. */
function expiryOf({ cookie }: session.SessionData): Date {
  if (cookie.originalMaxAge === null) throw new Error('Bug! A browser session without an end');
  return new Date(Date.now() + cookie.originalMaxAge);
}

function ignore(): void {
  return undefined;
}
