import { Router, type Request, type RequestHandler } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { requestContext } from '../../audit/request-context.ts';
import { browserName } from '../../origin/browser-name.ts';
import { findCountry } from '../../origin/find-country.ts';

/** Places of a session that are remembered, so that each is written down once. */
const PLACES_MAX = 20;

declare module 'express-session' {
  interface SessionData {
    /** Country and browser of each place in which the session was used; the first is where it began. */
    places?: { country: string | null; browser: string | null }[];
  }
}

/**
 * Notices that a signed-in browser session goes on in another country, or in another kind of browser, than it
 * was seen in before, and writes that down once for each place. The request goes on: a VPN does the same.
 */
export function createSessionPlaceRouter(deps: AppDeps): Router {
  const router = Router();
  router.use(watchPlace(deps));
  return router;
}

function watchPlace({ db }: AppDeps): RequestHandler {
  return async (req, _res, next) => {
    if (req.user !== undefined) {
      const moved = notePlace(req);
      if (moved !== null)
        await AuditLogger.log(db, requestContext(req), {
          action: 'browser_session_moved',
          success: true,
          resourceType: 'user',
          resourceId: req.user.id,
          details: { ...moved, owner_user_id: req.user.id },
        });
    }
    next();
  };
}

/**
 * Remembers the place of a request in its session. Returns from where to where it moved; null when it did
 * not.
 */
function notePlace(req: Request): Record<string, string | null> | null {
  const { ip, userAgent } = requestContext(req);
  const place = { country: findCountry(ip).country, browser: browserName(userAgent) };
  const places = req.session.places ?? [];
  const [first] = places;
  if (first === undefined) {
    req.session.places = [place];
    return null;
  }
  const isKnown = places.some(
    ({ country, browser }) =>
      browser === place.browser && (country === place.country || place.country === null),
  );
  if (isKnown || places.length >= PLACES_MAX) return null;
  req.session.places = [...places, place];
  return {
    country_before: first.country,
    country: place.country,
    browser_before: first.browser,
    browser: place.browser,
  };
}
