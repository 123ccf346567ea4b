import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { PORT_MAX, PORT_MIN } from '../port-label.ts';
import { cleanResponseHeaders } from './proxy-headers.ts';

/**
 * The headers of a request as a server on a port inside gets them: those of somebody who sits at the machine
 * on which it runs.
 *
 * 1. Development servers refuse every host but their own (Vite's `allowedHosts`, Django's `ALLOWED_HOSTS`),
 *    and forms and sockets from other origins. So host, origin and referrer all say `localhost` and the port.
 *    They keep strangers' pages out by that; here the access decision has done it before.
 * 2. `X-Forwarded-*` would contradict them, and frameworks compare (Next.js the host with the origin).
 */
export function toPortHeaders(
  headers: IncomingHttpHeaders,
  { port, ownOrigin }: { port: number; ownOrigin: string },
): IncomingHttpHeaders {
  const origin = `http://localhost:${String(port)}`;
  const { origin: sentOrigin, referer } = headers;
  const made: IncomingHttpHeaders = {};
  for (const name of Object.keys(headers)) if (!FORWARDED.has(name)) made[name] = headers[name];
  made.host = `localhost:${String(port)}`;
  if (sentOrigin !== undefined && sentOrigin !== 'null') made.origin = origin;
  if (referer?.startsWith(`${ownOrigin}/`) === true) made.referer = origin + referer.slice(ownOrigin.length);
  return made;
}

const FORWARDED = new Set(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']);

/** The names that servers have for the machine on which they run. */
const OWN_HOSTS = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]'];

/**
 * The headers of such a server's answer, fit for the browser: an address on its own machine becomes that of
 * the same port of this workspace. `originOf` knows it; null when the port has none.
 */
export function fromPortHeaders(
  headers: IncomingHttpHeaders,
  status: number,
  originOf: (port: number) => string | null,
): OutgoingHttpHeaders {
  const clean = cleanResponseHeaders(headers, status);
  const { location } = headers;
  if (location !== undefined) clean.location = toPublic(location, originOf);
  return clean;
}

function toPublic(location: string, originOf: (port: number) => string | null): string {
  if (!/^https?:\/\//i.test(location) || !URL.canParse(location)) return location;
  const url = new URL(location);
  const port = Number(url.port);
  if (!OWN_HOSTS.includes(url.hostname) || port < PORT_MIN || port > PORT_MAX) return location;
  const origin = originOf(port);
  return origin === null ? location : `${origin}${url.pathname}${url.search}${url.hash}`;
}
