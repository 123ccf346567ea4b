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

/** Needed for framing, or replaced by ours, whatever Connection says of it. */
const kept = ['transfer-encoding', 'content-length', 'host'];

/**
 * What a WebSocket may be extended by (RFC 6455, section 9.1). Compressed, the beats of one heartbeat have
 * ever other sizes, and nobody could tell them from a person, as in VS Code.
 */
const extensions = 'sec-websocket-extensions';

/** Whoever asks whether to go on has been told by Node that it may (RFC 9110, section 10.1.1). */
const dropped = new Set([...hopByHop, ...claims, extensions, 'expect']);

/**
 * The headers of a request, fit for the workspace: without our cookies and what spoke to us alone, and with
 * the true address, host and scheme. A new object: one from which names were deleted is slow in all that
 * follows.
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

/** `named`: by the Connection header. */
function isDropped(name: string, named: string[]): boolean {
  return dropped.has(name) || name === 'cookie' || (named.includes(name) && !kept.includes(name));
}

/**
 * By these an answer makes a proxy in front of us send something else: a file, or what is at an internal
 * address (nginx, Apache).
 */
const commands = [
  'x-accel-redirect',
  'x-sendfile',
  'x-lighttpd-send-file',
  'x-reproxy-url',
  'x-reproxy-file',
];

/**
 * Of an answer: what speaks to the next hop, what commands it, and what would clear the cookies of the
 * neighbours too. Node does the framing.
 */
const droppedOfAnswer = new Set([...hopByHop, ...commands, 'transfer-encoding', 'clear-site-data']);

/**
 * The headers of a workspace's answer, fit for the browser. A cookie loses its Domain, or a neighbouring
 * workspace would get it; one with a name of ours is dropped.
 */
export function cleanResponseHeaders(headers: IncomingHttpHeaders, status: number): OutgoingHttpHeaders {
  const named = namedByConnection(headers);
  const clean: OutgoingHttpHeaders = {};
  for (const name of Object.keys(headers))
    if (!droppedOfAnswer.has(name) && (!named.includes(name) || kept.includes(name)))
      clean[name] = headers[name];
  // It has no body, and who believes the length would wait for one (RFC 9110, section 8.6).
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
 * The first lines of an answer that is written by hand, one character a byte. Leaves out what no line can
 * hold; Node has not read such headers, so none is expected.
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
