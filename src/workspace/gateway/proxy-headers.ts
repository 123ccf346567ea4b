import {
  STATUS_CODES,
  validateHeaderName,
  validateHeaderValue,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { isOurs } from '../workspace-cookie.ts';

/** Headers that speak to the next hop only (RFC 9110, section 7.6.1), besides those that Connection names. */
const hopByHop = [
  'connection',
  'upgrade',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'te',
  'trailer',
];

/** Headers that only a proxy may set; the workspace gets ours in their place. */
const claims = [
  'forwarded',
  'x-real-ip',
  'x-original-url',
  'x-original-method',
  'x-forwarded-port',
  'x-workspace-id',
  'x-workspace-user-id',
];

/** Headers that framing needs or that we replace; the Connection header cannot remove them. */
const kept = ['transfer-encoding', 'content-length', 'host'];

/**
 * The WebSocket extensions header (RFC 6455, section 9.1) is dropped, so that messages stay uncompressed.
 * Compressed, each beat of one heartbeat has another size, and nobody could tell a heartbeat from a person,
 * as in VS Code.
 */
const extensions = 'sec-websocket-extensions';

/** `Expect` is dropped: Node has already told the client that it may go on (RFC 9110, section 10.1.1). */
const dropped = new Set([...hopByHop, ...claims, extensions, 'expect']);

/**
 * The headers of a request, fit for the workspace: without our cookies and without headers that were meant
 * for us alone, and with the true address, host and scheme. Builds a new object, since an object from which
 * names were deleted is slow in all later steps.
 */
export function cleanRequestHeaders(
  headers: IncomingHttpHeaders,
  of: { cookie: string; ip: string | null; protocol: string },
): IncomingHttpHeaders {
  const named = namedByConnection(headers);
  const clean: IncomingHttpHeaders = {};
  for (const name of Object.keys(headers)) if (!isDropped(name, named)) clean[name] = headers[name];
  if (of.cookie !== '') clean.cookie = of.cookie;
  clean['x-forwarded-for'] = of.ip ?? 'unknown';
  if (headers.host !== undefined) clean['x-forwarded-host'] = headers.host;
  clean['x-forwarded-proto'] = of.protocol;
  return clean;
}

/** `named` holds the names that the Connection header lists. */
function isDropped(name: string, named: string[]): boolean {
  return dropped.has(name) || name === 'cookie' || (named.includes(name) && !kept.includes(name));
}

/**
 * With these headers an answer makes a proxy in front of us send something else: a file, or a page of an
 * internal address (nginx, Apache).
 */
const commands = [
  'x-accel-redirect',
  'x-sendfile',
  'x-lighttpd-send-file',
  'x-reproxy-url',
  'x-reproxy-file',
];

/**
 * Headers of an answer that are dropped: those for the next hop, those that command the proxy, and the one
 * that would clear the cookies of neighbouring workspaces. Node does the framing.
 */
const droppedOfAnswer = new Set([...hopByHop, ...commands, 'transfer-encoding', 'clear-site-data']);

/**
 * The headers of a workspace's answer, fit for the browser. A cookie loses its Domain, or a neighbouring
 * workspace would get it; a cookie with one of our names is dropped.
 */
export function cleanResponseHeaders(headers: IncomingHttpHeaders, status: number): OutgoingHttpHeaders {
  const named = namedByConnection(headers);
  const clean: OutgoingHttpHeaders = {};
  for (const name of Object.keys(headers))
    if (!droppedOfAnswer.has(name) && (!named.includes(name) || kept.includes(name)))
      clean[name] = headers[name];
  // A 204 has no body, and a client that trusts the length would wait for one (RFC 9110, section 8.6).
  if (status === 204) delete clean['content-length'];
  const given = headers['set-cookie'];
  if (given === undefined) return clean;
  const cookies = given.filter((cookie) => !isOurs(cookie)).map(withoutDomain);
  if (cookies.length > 0) clean['set-cookie'] = cookies;
  else delete clean['set-cookie'];
  return clean;
}

function namedByConnection({ connection }: IncomingHttpHeaders): string[] {
  return connection === undefined ? NONE : connection.split(',').map((name) => name.trim().toLowerCase());
}

const NONE: string[] = [];

/**
 * The first lines of an answer, made by hand with one byte for each character. Values that no line can hold
 * are left out; Node refuses such headers when it reads them, so none is expected.
 */
export function answerHead(status: number, headers: OutgoingHttpHeaders): string {
  let head = `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (const [name, value] of Object.entries(headers))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && isPassable(name, String(each))) head += `${name}: ${String(each)}\r\n`;
  return `${head}\r\n`;
}

function isPassable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function withoutDomain(cookie: string): string {
  return cookie
    .split(';')
    .filter((part, index) => index === 0 || !/^\s*domain\s*(=|$)/i.test(part))
    .join(';');
}
