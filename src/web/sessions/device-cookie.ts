import type { Request, Response } from 'express';
import type { Config } from '../../config/config.ts';
import { readCookie } from '../csrf.ts';

/** A year: a browser that is not used for longer counts as a new one. */
const MAX_AGE_MS = 31_536_000_000;

/** The random token of a browser with an earlier sign-in. Null when there is none in the right form. */
export function readDeviceToken(req: Request, config: Config): string | null {
  const value = readCookie(req, cookieName(config));
  return value !== null && /^[\w-]{43}$/.test(value) ? value : null;
}

/** Marks the browser, so that the next sign-in recognises it. The token alone opens nothing. */
export function rememberDeviceToken(res: Response, config: Config, token: string): void {
  res.cookie(cookieName(config), token, {
    httpOnly: true,
    sameSite: 'lax',
    secure: config.production,
    path: '/',
    maxAge: MAX_AGE_MS,
  });
}

/** The `__Host-` prefix keeps other hosts from planting a token. Browsers accept it over https only. */
function cookieName(config: Config): string {
  return config.production ? '__Host-yac-device' : 'yac_device';
}
