import { createHash } from 'node:crypto';
import connectPgSimple from 'connect-pg-simple';
import type { RequestHandler } from 'express';
import session from 'express-session';
import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import { asPgPool, createDb } from '../db.ts';

declare module 'express-session' {
  interface SessionData {
    /** Shown once on the next page. */
    flash?: { kind: 'success' | 'danger' | 'info'; text: string };
    /** Milliseconds since 1970 of the sign-in; a browser session ends some days after it, used or not. */
    signedInAt?: number;
  }
}

/** A browser session ends seven days after its sign-in however much it is used (OWASP ASVS 5, 7.3.2). */
export const SESSION_MAX_DAYS = 7;

/** Cookie name; the `__Host-` prefix binds it to this host and https, so it is only possible in production. */
export function sessionCookieName(production: boolean): string {
  return production ? '__Host-yac' : 'yac';
}

/** A cookie store in Postgres that holds only hashes of session ids: a stolen dump opens no session. */
export interface BrowserSessions {
  middleware: RequestHandler[];
  close(): Promise<void>;
}

/** Makes the browser session middleware with its own small pool. Rows expire after `sessionIdleHours` without a request. */
export function createBrowserSessions(config: Config): BrowserSessions {
  const db = createDb({ url: config.databaseUrl, poolMax: 4, applicationName: 'youarecoder-sessions' });
  const store = createHashingStore(asPgPool(db));
  const handler = session({
    name: sessionCookieName(config.production),
    secret: config.sessionSecret,
    store,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    proxy: config.production,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      secure: config.production,
      path: '/',
      maxAge: config.sessionIdleHours * 3_600_000,
    },
  });
  return { middleware: [handler, rememberHash], close: () => db.destroy() };
}

/** SHA-256 of a session id, in hex: the key of its row, and what evidence may name. */
function hashSessionId(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('hex');
}

const rememberHash: RequestHandler = (req, _res, next) => {
  req.browserSessionHash = hashSessionId(req.sessionID);
  next();
};

function createHashingStore(pool: Pick<Pool, 'query'>): session.Store {
  const PgStore = connectPgSimple(session);
  class HashingStore extends PgStore {
    override get(sid: string, callback: Parameters<session.Store['get']>[1]): void {
      super.get(hashSessionId(sid), callback);
    }
    override set(sid: string, data: session.SessionData, callback?: (error?: unknown) => void): void {
      super.set(hashSessionId(sid), data, callback);
    }
    override destroy(sid: string, callback?: (error?: unknown) => void): void {
      super.destroy(hashSessionId(sid), callback);
    }
    override touch(sid: string, data: session.SessionData, callback?: () => void): void {
      super.touch(hashSessionId(sid), data, callback);
    }
  }
  return new HashingStore({
    pool: pool as Pool,
    tableName: 'browser_sessions',
    createTableIfMissing: false,
    pruneSessionInterval: false,
  });
}
