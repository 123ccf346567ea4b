import type { IncomingHttpHeaders } from 'node:http';
import { isOurs } from './pass-token.ts';

/** Headers that speak to the next hop only (RFC 9110, section 7.6.1), besides those that Connection names. */
const hopByHop = [
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'te',
  'trailer',
];

/** What only a proxy may say; whoever sent it, the workspace gets ours. */
const claims = [
  'forwarded',
  'x-real-ip',
  'x-original-url',
  'x-original-method',
  'x-forwarded-port',
  'x-workspace-id',
  'x-workspace-user-id',
];

/** Framing and the upgrade are settled between Node and Node; the rest that Connection may name is dropped. */
const kept = ['connection', 'upgrade', 'transfer-encoding', 'content-length', 'host', 'close', 'keep-alive'];

/**
 * What a WebSocket may be extended by (RFC 6455, section 9.1). Compressed, the beats of one heartbeat have ever other sizes,
 * and nobody could tell them from a person, as in VS Code.
 */
const extensions = 'sec-websocket-extensions';

const dropped = new Set([...hopByHop, ...claims, extensions]);

/**
 * The headers of a request, fit for the workspace: without our cookies and what spoke to us alone, and with the true
 * address, host and scheme. A new object: one from which names were deleted is slow in all that follows.
 */
export function cleanRequestHeaders(
  headers: IncomingHttpHeaders,
  of: { cookie: string; ip: string | null; protocol: string },
): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const clean: IncomingHttpHeaders = {};
  for (const name of Object.keys(headers)) if (!isDropped(name, named)) clean[name] = headers[name];
  if (of.cookie !== '') clean.cookie = of.cookie;
  clean['x-forwarded-for'] = of.ip ?? 'unknown';
  if (headers.host !== undefined) clean['x-forwarded-host'] = headers.host;
  clean['x-forwarded-proto'] = of.protocol;
  return clean;
}

/** `named`: by the Connection header. */
function isDropped(name: string, named: string[]): boolean {
  return dropped.has(name) || name === 'cookie' || (named.includes(name) && !kept.includes(name));
}

/**
 * Makes the headers of a workspace's answer fit for the browser, in place. A cookie loses its Domain, or a neighbouring
 * workspace would get it; one with a name of ours is dropped. Clear-Site-Data would clear the neighbours' cookies too.
 */
export function cleanResponseHeaders(headers: IncomingHttpHeaders): void {
  // Undefined is not sent on, and quicker than deleted.
  for (const name of ['clear-site-data', 'keep-alive', 'proxy-authenticate', 'proxy-connection', 'trailer'])
    if (name in headers) headers[name] = undefined;
  const given = headers['set-cookie'];
  if (given === undefined) return;
  const cookies = given.filter((cookie) => !isOurs(cookie)).map(withoutDomain);
  headers['set-cookie'] = cookies.length === 0 ? undefined : cookies;
}

function withoutDomain(cookie: string): string {
  return cookie
    .split(';')
    .filter((part, index) => index === 0 || !/^\s*domain\s*(=|$)/i.test(part))
    .join(';');
}
