import type { Request, RequestHandler, Response } from 'express';
import { withoutSecrets } from '../audit/without-secrets.ts';
import type { Config } from '../config/config.ts';
import type { Assets } from './assets.ts';
import { readCookie } from './csrf.ts';
import { formatFor, type Format } from './format.ts';
import { locales, type Locale } from './locales/catalogues.ts';

/** Remembers the language of somebody who is not signed in, and nothing else. */
const LOCALE_COOKIE = 'yac_locale';

/**
 * The locals that every view needs, set before the person is known, so that an error page can be shown at any
 * point.
 */
export function basicLocals(assets: Assets): RequestHandler {
  return (req, res, next) => {
    setFormat(req, res);
    Object.assign(res.locals, {
      asset: assets.url,
      currentUser: null,
      ownSubscription: null,
      currentPath: withoutSecrets(req.originalUrl),
      flash: null,
      shownAt: req.receivedAt,
      csrfToken: '',
    });
    next();
  };
}

/**
 * Adds the signed-in person, their language, the message kept for this page, and the state of their company's
 * subscription (`subscriptionOf`), of whose end the layout warns.
 */
export function pageLocals(subscriptionOf: (user: Express.User, at: Date) => unknown): RequestHandler {
  return (req, res, next) => {
    setFormat(req, res);
    Object.assign(res.locals, {
      currentUser: req.user ?? null,
      ownSubscription: req.user === undefined ? null : subscriptionOf(req.user, req.receivedAt),
      currentPath: req.originalUrl,
      flash: takeFlash(req),
    });
    next();
  };
}

/** The functions of the reader's language and time zone. */
export function formatOf(res: Response): Format {
  return formatFor(res.locals.locale as Locale, res.locals.timeZone as string);
}

/** Keeps a message for the next page. */
export function setFlash(req: Request, kind: 'success' | 'danger' | 'info', text: string): void {
  req.session.flash = { kind, text };
}

/** Remembers the language of somebody who is not signed in, for a year. */
export function rememberLocale(res: Response, config: Config, locale: Locale): void {
  res.cookie(LOCALE_COOKIE, locale, {
    httpOnly: true,
    sameSite: 'lax',
    secure: config.production,
    path: '/',
    maxAge: 31_536_000_000,
  });
}

function setFormat(req: Request, res: Response): void {
  const format = formatFor(chooseLocale(req), req.user?.time_zone);
  Object.assign(res.locals, format);
  res.setHeader('content-language', format.locale);
}

/** The person's own choice, else the cookie's, else the browser's, else English. */
function chooseLocale(req: Request): Locale {
  const chosen = req.user?.locale ?? readCookie(req, LOCALE_COOKIE);
  const known = locales.find((locale) => locale === chosen);
  if (known !== undefined) return known;
  return req.acceptsLanguages('en', 'tr') === 'tr' ? 'tr' : 'en';
}

function takeFlash(req: Request): unknown {
  const flash = req.session.flash ?? null;
  if (flash !== null) delete req.session.flash;
  return flash;
}
