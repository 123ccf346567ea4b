import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import type { Config } from '../../config/config.ts';
import { asPgPool, createDb } from '../../db/db.ts';
import { BrowserSessionStore, hashSessionId } from './browser-session-store.ts';
import { rollSessionCookie } from './roll-session-cookie.ts';
import { HOUR_MS } from '../../durations.ts';

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

/**
 * Cookie name; the `__Host-` prefix binds it to this host and https, so it is only possible in production.
 */
export function sessionCookieName(production: boolean): string {
  return production ? '__Host-yac' : 'yac';
}

/** A cookie store in Postgres that holds only hashes of session ids: a stolen dump opens no session. */
interface BrowserSessions {
  middleware: RequestHandler[];
  close(): Promise<void>;
}

/**
 * Makes the browser session middleware with its own small pool. Rows expire after `sessionIdleHours` without
 * a request.
 */
export function createBrowserSessions(config: Config): BrowserSessions {
  const db = createDb({ url: config.databaseUrl, poolMax: 4, applicationName: 'youarecoder-sessions' });
  const store = new BrowserSessionStore(asPgPool(db));
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
      maxAge: config.sessionIdleHours * HOUR_MS,
    },
  });
  noteUnstoredSessions(store);
  return { middleware: [handler, rollSessionCookie(store), rememberHash], close: () => db.destroy() };
}

/** `express-session` gives the store its way to make sessions; each of them is one without a row. */
function noteUnstoredSessions(store: BrowserSessionStore & { generate?: (req: Request) => void }): void {
  const generate = store.generate?.bind(store);
  store.generate = (req) => {
    generate?.(req);
    store.noteUnstored(req.session);
  };
}

const rememberHash: RequestHandler = (req, _res, next) => {
  req.browserSessionHash = hashSessionId(req.sessionID);
  next();
};
