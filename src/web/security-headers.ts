import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from '../config/config.ts';

/** Browser features that neither our pages nor the frames in them use. Source: W3C, Permissions Policy. */
const PERMISSIONS_POLICY = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'browsing-topics',
  'camera',
  'display-capture',
  'encrypted-media',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/**
 * Strict headers on every answer: own origin only, scripts by nonce, frames only where a route allows one.
 */
export function securityHeaders(config: Config): RequestHandler[] {
  return [
    (_req, res, next) => {
      res.locals.nonce = randomBytes(16).toString('base64url');
      next();
    },
    helmet({
      contentSecurityPolicy: false,
      strictTransportSecurity: config.production ? { maxAge: 31_536_000, includeSubDomains: true } : false,
      // Not no-referrer: browsers would then send "Origin: null" with our own forms.
      referrerPolicy: { policy: 'same-origin' },
      // The policy's frame-ancestors says the same, and the payment return pages widen it.
      xFrameOptions: false,
    }),
    (_req, res, next) => {
      res.setHeader('permissions-policy', PERMISSIONS_POLICY);
      setContentPolicy(res, config, {});
      next();
    },
  ];
}

/**
 * Sets the Content-Security-Policy.
 * - `frame` lets the page show one other origin in a frame (the payment page), and ours, to which that
 *   returns.
 * - `framesSelf` lets the page show other answers of ours in a frame.
 * - `formTarget` lets forms of the page lead to other origins, also by a redirect.
 * - `framedBySelf` lets our own pages show this page in a frame (the gateway returns into it).
 */
export function setContentPolicy(
  res: Parameters<RequestHandler>[1],
  config: Config,
  allow: { frame?: string; framesSelf?: boolean; formTarget?: string; framedBySelf?: boolean },
): void {
  const nonce = res.locals.nonce as string;
  const directives = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    `form-action 'self'${allow.formTarget === undefined ? '' : ` ${allow.formTarget}`}`,
    "base-uri 'none'",
    `frame-src ${frameSources(allow)}`,
    `frame-ancestors ${allow.framedBySelf === true ? `'self' ${new URL(config.paytr.baseUrl).origin}` : "'none'"}`,
    ...(config.production ? ['upgrade-insecure-requests'] : []),
  ];
  res.setHeader('content-security-policy', directives.join('; '));
}

function frameSources({ frame, framesSelf }: { frame?: string; framesSelf?: boolean }): string {
  if (frame !== undefined) return `${frame} 'self'`;
  return framesSelf === true ? "'self'" : "'none'";
}
