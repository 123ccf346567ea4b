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
 * Makes the headers of a request fit for the workspace, in place: without our cookies and what spoke to us alone, and with
 * the true address, host and scheme.
 */
export function cleanRequestHeaders(
  headers: IncomingHttpHeaders,
  of: { cookie: string; ip: string | null; protocol: string },
): void {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const dropped = [...hopByHop, ...claims, ...named.filter((name) => !kept.includes(name))];
  for (const name of dropped) Reflect.deleteProperty(headers, name);
  if (of.cookie === '') delete headers.cookie;
  else headers.cookie = of.cookie;
  headers['x-forwarded-for'] = of.ip ?? 'unknown';
  headers['x-forwarded-host'] = headers.host;
  headers['x-forwarded-proto'] = of.protocol;
}

/**
 * Makes the headers of a workspace's answer fit for the browser, in place. A cookie loses its Domain, or a neighbouring
 * workspace would get it; one with a name of ours is dropped. Clear-Site-Data would clear the neighbours' cookies too.
 */
export function cleanResponseHeaders(headers: IncomingHttpHeaders): void {
  for (const name of ['clear-site-data', 'keep-alive', 'proxy-authenticate', 'proxy-connection', 'trailer'])
    Reflect.deleteProperty(headers, name);
  const cookies = headers['set-cookie']?.filter((cookie) => !isOurs(cookie)).map(withoutDomain) ?? [];
  if (cookies.length === 0) delete headers['set-cookie'];
  else headers['set-cookie'] = cookies;
}

function withoutDomain(cookie: string): string {
  return cookie
    .split(';')
    .filter((part, index) => index === 0 || !/^\s*domain\s*(=|$)/i.test(part))
    .join(';');
}
