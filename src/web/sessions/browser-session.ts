import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import { asPgPool } from '../../db/db.ts';
import { BrowserSessionStore, clientOf, hashBrowserSessionId } from './browser-session-store.ts';
import { rollSessionCookie } from './roll-session-cookie.ts';
import { DAY_MS, HOUR_MS } from '../../durations.ts';

declare module 'express-session' {
  interface SessionData {
    /** Shown once on the next page. */
    flash?: { kind: 'success' | 'danger' | 'info'; text: string };
    /**
     * Time of the sign-in, in milliseconds since 1970. A browser session ends some days later, used or not.
     */
    signedInAt?: number;
    /** The `session_version` of the person at the sign-in. Absent in sessions from before there was one. */
    version?: number;
    /** Set by Passport: the id of the person who signed in. */
    passport?: { user?: string };
    /** A sign-in whose password was right and whose second factor is missing. Opens nothing. */
    pending?: PendingSignIn;
    /** The newest proof of who the person is; see `auth/step-up/`. */
    proof?: Proof;
  }
}

/** A sign-in that waits for its second factor. */
export interface PendingSignIn {
  userId: number;
  email: string;
  /** Tells a password that was replaced meanwhile; see `auth/sign-in.ts`. */
  print: string;
  /** Time of the password, in milliseconds since 1970. */
  at: number;
  /** A path of this site, or null. */
  returnTo: string | null;
}

/**
 * When a person last proved who they are in a browser session, in milliseconds since 1970, and by what. A
 * browser that is spared the second factor has given a password only.
 */
export interface Proof {
  at: number;
  by: 'password' | 'second-factor';
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express merges its request type through this namespace
  namespace Express {
    interface Request {
      /** The proof with which the browser session that this request makes begins. */
      signInProof?: Proof | undefined;
    }
  }
}

/** A browser session ends seven days after its sign-in, however much it is used (OWASP ASVS 5, 7.3.2). */
export const SESSION_MAX_DAYS = 7;

/**
 * The id of the person who signed in to a browser session; null for a stranger and after `SESSION_MAX_DAYS`.
 */
export function signedInUserId(req: {
  session: Partial<session.SessionData>;
  receivedAt: Date;
}): number | null {
  const { signedInAt = 0, passport } = req.session;
  const isTooOld = req.receivedAt.getTime() - signedInAt > SESSION_MAX_DAYS * DAY_MS;
  return isTooOld || passport?.user === undefined ? null : Number(passport.user);
}

/**
 * Cookie name. The `__Host-` prefix binds the cookie to this host and https, so only production uses it.
 */
export function sessionCookieName(production: boolean): string {
  return production ? '__Host-yac' : 'yac';
}

/**
 * The middleware of browser sessions. Its store in `db` holds only hashes of session ids: a stolen dump opens
 * no session. Rows expire after `sessionIdleHours` without a request.
 */
export function createBrowserSessions(config: Config, db: Knex): RequestHandler[] {
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
  return [handler, rollSessionCookie(store), rememberHash];
}

/**
 * `express-session` adds to the store the function that creates sessions. Each new session is marked as one
 * without a row.
 */
function noteUnstoredSessions(store: BrowserSessionStore & { generate?: (req: Request) => void }): void {
  const generate = store.generate?.bind(store);
  store.generate = (req) => {
    generate?.(req);
    store.noteUnstored(req.session, clientOf(req));
  };
}

const rememberHash: RequestHandler = (req, _res, next) => {
  req.browserSessionHash = hashBrowserSessionId(req.sessionID);
  next();
};
