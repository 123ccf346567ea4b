import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

/** Scheme, authority, and the target at that server (RFC 9112, section 3.2.2). */
const ABSOLUTE = /^https?:\/\/([^/?#@\s]+)([/?].*)?$/i;

/**
 * Rewrites the target of a request to origin-form, in place: `http://host/path` becomes `/path`, and its host
 * replaces the `Host` header (RFC 9112, section 3.2.2). `*` names the whole server and goes with OPTIONS only
 * (section 3.2.4). False for any other target.
 */
export function useOriginForm(req: IncomingMessage): boolean {
  const { url = '', method } = req;
  if (url.startsWith('/')) return true;
  if (url === '*') return method === 'OPTIONS';
  const [, host, rest = ''] = ABSOLUTE.exec(url) ?? [];
  if (host === undefined) return false;
  req.headers.host = host;
  if (rest === '') req.url = method === 'OPTIONS' ? '*' : '/';
  else req.url = rest.startsWith('/') ? rest : `/${rest}`;
  return true;
}

/** Answers `OPTIONS *`, which asks about the whole server (RFC 9110, section 9.3.7). */
export const serverOptions: RequestHandler = (req, res, next) => {
  if (req.url !== '*') next();
  else res.status(204).setHeader('allow', 'GET, HEAD, POST, OPTIONS').end();
};
