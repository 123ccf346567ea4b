import type { Request, RequestHandler, Response } from 'express';
import { clientOf, type BrowserSessionStore } from './browser-session-store.ts';

/** `express-session` does not touch an answer whose request has no session. */
type MaybeSession = Omit<Request, 'session'> & { session: Request['session'] | undefined };

/**
 * Continues the browser session of a request before the answer is sent. When the session was deleted
 * meanwhile, the answer sets no cookie: this browser may have been signed in anew, and the cookie of a late
 * answer would undo that.
 *
 * 1. `express-session` sends the headers first and stores afterwards, so this stands between it and the
 *    routes.
 * 2. An answer whose headers go out before its end (a download) cannot wait for the store and carries no
 *    session cookie.
 */
export function rollSessionCookie(store: BrowserSessionStore): RequestHandler {
  return (req, res, next) => {
    const request = req as MaybeSession;
    const end = res.end.bind(res) as (...given: unknown[]) => Response;
    let isEnding = false;
    res.end = (...given: unknown[]): Response => {
      if (isEnding) return res;
      isEnding = true;
      const { session } = request;
      if (res.headersSent || session === undefined || store.isUnstored(session)) return end(...given);
      // A handler that fails after it has answered must see that the answer was given, as without this
      // middleware.
      Object.defineProperty(res, 'headersSent', { value: true, configurable: true });
      continueSession(store, request, session)
        .then(() => {
          Reflect.deleteProperty(res, 'headersSent');
          end(...given);
        })
        .catch((error: unknown) => {
          req.log.error({ err: error }, 'an answer could not be sent');
          res.destroy();
        });
      return res;
    };
    withoutCookieUnless(res, request, () => isEnding);
    next();
  };
}

/** Removes the session from the request when it no longer exists, or when the store does not answer. */
async function continueSession(
  store: BrowserSessionStore,
  req: MaybeSession,
  session: Request['session'],
): Promise<void> {
  try {
    session.touch();
    if (await store.continue(session.id, session, clientOf(req as Request))) return;
  } catch (error) {
    req.log.warn({ err: error }, 'browser session could not be continued');
  }
  req.session = undefined;
}

/**
 * Hides the session from the listener that sets `express-session`'s cookie, unless the answer may carry it.
 */
function withoutCookieUnless(res: Response, req: MaybeSession, isEnding: () => boolean): void {
  const writeHead = res.writeHead.bind(res) as (...given: unknown[]) => Response;
  res.writeHead = (...given: unknown[]): Response => {
    if (isEnding()) return writeHead(...given);
    const { session } = req;
    req.session = undefined;
    try {
      return writeHead(...given);
    } finally {
      req.session = session;
    }
  };
}
