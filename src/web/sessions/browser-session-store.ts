import { createHash } from 'node:crypto';
import connectPgSimple from 'connect-pg-simple';
import session from 'express-session';
import type { Request } from 'express';
import { keptUserAgent, requestContext } from '../../audit/request-context.ts';
import type pg from 'pg';

const TABLE = 'browser_sessions';

const PgStore = connectPgSimple(session);

/** When, from where and with which program a browser was seen last. */
interface Client {
  at: Date;
  ip: string | null;
  userAgent: string | null;
}

/** The facts that the row of a browser session has of its newest request. */
export function clientOf(req: Request): Client {
  const context = requestContext(req);
  return { at: context.at, ip: context.ip, userAgent: keptUserAgent(context) };
}

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
  readonly #unstored = new WeakMap<session.SessionData, Client>();
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
  noteUnstored(data: session.SessionData, client: Client): void {
    this.#unstored.set(data, client);
  }

  /** True for the session of a browser that has no row yet. */
  isUnstored(data: session.SessionData): boolean {
    return this.#unstored.has(data);
  }

  /**
   * Extends a stored session. False when the session no longer exists. The row is written anyway, so what it
   * says of the newest request costs nothing; an answer that was sent before its end says nothing.
   */
  async continue(sid: string, data: session.SessionData, client?: Client): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update ${TABLE} set expire = $1, last_seen_at = coalesce($3, last_seen_at),
         ip_address = case when $3::timestamptz is null then ip_address else $4 end,
         user_agent = case when $3::timestamptz is null then user_agent else $5 end
       where sid = $2`,
      [expiryOf(data), hashBrowserSessionId(sid), client?.at, client?.ip, client?.userAgent],
    );
    if (rowCount === 1) this.#continued.add(data);
    return rowCount === 1;
  }

  override get(sid: string, callback: Parameters<session.Store['get']>[1]): void {
    super.get(hashBrowserSessionId(sid), callback);
  }

  override set(sid: string, data: session.SessionData, callback: (error?: unknown) => void = ignore): void {
    const client = this.#unstored.get(data);
    this.#unstored.delete(data);
    const values = [data, expiryOf(data), hashBrowserSessionId(sid)];
    const stored =
      client === undefined
        ? this.#pool.query(`update ${TABLE} set sess = $1, expire = $2 where sid = $3`, values)
        : this.#pool.query(
            `insert into ${TABLE} (sess, expire, sid, last_seen_at, ip_address, user_agent)
             values ($1, $2, $3, $4, $5, $6)`,
            [...values, client.at, client.ip, client.userAgent],
          );
    stored.then(() => {
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
