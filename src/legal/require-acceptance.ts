import type { Request, RequestHandler } from 'express';
import type { Knex } from 'knex';
import { AppError, NotSignedIn } from '../errors.ts';
import { findMissingAcceptances } from './queries.ts';

/** 403 for a script: its request has to wait until the person has accepted the new texts on a page. */
class AcceptanceRequired extends AppError {
  constructor() {
    super(403, 'legal.acceptFirst');
  }
}

/**
 * Sends signed-in people to `/legal/accept` until they have accepted the version in force of every legal
 * text, and from there back to the page they asked for. Operators pass: they are the seller's staff and no
 * party to the terms. To be mounted after the guard that refuses strangers.
 */
export function requireCurrentAcceptance(db: Knex): RequestHandler {
  return async (req, res, next) => {
    if (req.user === undefined) throw new NotSignedIn();
    if (req.user.role === 'operator' || (await findMissingAcceptances(db, req.user.id)).length === 0) {
      next();
    } else if (isNavigation(req)) {
      res.redirect(303, `/legal/accept?returnTo=${encodeURIComponent(pageToReturnTo(req))}`);
    } else {
      throw new AcceptanceRequired();
    }
  };
}

/** A redirect helps a person. A script that reports activity would take the page behind it for success. */
function isNavigation(req: Request): boolean {
  const mode = req.get('sec-fetch-mode');
  return (mode === undefined || mode === 'navigate') && req.accepts('html') === 'html';
}

/**
 * The page asked for. After a form it is the start of that part of the site, since the form cannot be sent
 * again.
 */
function pageToReturnTo(req: Request): string {
  if (req.method === 'GET' || req.method === 'HEAD') return req.originalUrl;
  return /^\/[^/?#]*/.exec(req.originalUrl)?.[0] ?? '/';
}
