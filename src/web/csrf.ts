import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Config } from '../config/config.ts';
import { ForgedRequest } from '../errors.ts';
import { cookiePairs } from './cookie-pairs.ts';

/** The `__Host-` prefix keeps other hosts from planting the cookie. Browsers accept it over https only. */
function formCookieName(config: Config): string {
  return config.production ? '__Host-yac-form' : 'yac_form';
}

/** Gives every page `csrfToken`. */
export function giveFormToken(config: Config): RequestHandler {
  return (req, res, next) => {
    res.locals.csrfToken = tokenFor(req, res, config);
    next();
  };
}

/** Refuses an unsafe request whose origin or token does not fit (403). Comes after `giveFormToken`. */
export function csrfProtection(config: Config): RequestHandler {
  return (req, res, next) => {
    const expected = res.locals.csrfToken as string;
    if (['GET', 'HEAD', 'OPTIONS'].includes(req.method)) {
      next();
      return;
    }
    if (!isSameOrigin(req, config))
      throw new ForgedRequest({ message: 'the request comes from another origin' });
    if (!isEqual(sentToken(req), expected))
      throw new ForgedRequest({ message: 'the form token does not match' });
    next();
  };
}

/**
 * The token is an HMAC over the session id of a signed-in person, so it changes at sign-in; for a stranger it
 * is over a random cookie, so that a page view stores nothing. Source: OWASP CSRF cheat sheet, signed double
 * submit.
 */
function tokenFor(req: Request, res: Response, config: Config): string {
  const binding = req.user === undefined ? `c:${anonymousCookie(req, res, config)}` : `s:${req.sessionID}`;
  return sign(binding, config);
}

function anonymousCookie(req: Request, res: Response, config: Config): string {
  const found = readCookie(req, formCookieName(config));
  if (found !== null && /^[\w-]{32}$/.test(found)) return found;
  const value = randomBytes(24).toString('base64url');
  res.cookie(formCookieName(config), value, {
    httpOnly: true,
    sameSite: 'lax',
    secure: config.production,
    path: '/',
  });
  return value;
}

/** True when a page of ours sent this request in a browser session that is signed in. */
export function isFromOwnPage(req: Request, config: Config): boolean {
  return isSameOrigin(req, config) && isEqual(sentToken(req), sign(`s:${req.sessionID}`, config));
}

function sign(binding: string, config: Config): string {
  return createHmac('sha256', config.sessionSecret).update(`csrf:${binding}`).digest('base64url');
}

/** A cookie of the request, or null. The values are ours (base64url) and need no decoding. */
export function readCookie(req: Request, name: string): string | null {
  const found = cookiePairs(req.headers.cookie).find((pair) => pair.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1);
}

function isSameOrigin(req: Request, config: Config): boolean {
  const site = req.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = req.get('origin');
  if (origin === undefined) return true;
  return origin === config.baseUrl || hostOf(origin) === req.get('host');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function sentToken(req: Request): string {
  const header = req.get('x-csrf-token');
  if (header !== undefined) return header;
  const body = req.body as Record<string, unknown> | undefined;
  return typeof body?._csrf === 'string' ? body._csrf : '';
}

function isEqual(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
