import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

/** Scheme, authority, and what a server is asked for there (RFC 9112, section 3.2.2). */
const ABSOLUTE = /^https?:\/\/([^/?#@\s]+)([/?].*)?$/i;

/**
 * Rewrites the target of a request to origin-form, in place: `http://host/path` becomes `/path`, and its host
 * replaces the `Host` header, whatever that says (RFC 9112, section 3.2.2). False for a target that names
 * nothing here; `*` names the server as a whole and goes with OPTIONS only (section 3.2.4).
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

/** Answers `OPTIONS *`, which asks what the server as a whole can do (RFC 9110, section 9.3.7). */
export const serverOptions: RequestHandler = (req, res, next) => {
  if (req.url !== '*') next();
  else res.status(204).setHeader('allow', 'GET, HEAD, POST, OPTIONS').end();
};
