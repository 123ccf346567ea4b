import type { IncomingHttpHeaders } from 'node:http';
import { isIP, isIPv6 } from 'node:net';

/** Headers that need no rewriting: only IPv4 addresses, as nearly every proxy writes them. */
const PLAIN = /^[\d., ]*$/;

/**
 * Number of characters read from the end of the header. An address has 45 characters at most, and no chain of
 * proxies has a hundred.
 */
const FORWARDED_MAX = 4096;

/**
 * Returns the same spelling for an address however a proxy writes it. Null when the text is not an address,
 * so that an unusable header never makes a row fail.
 *
 * 1. With a port: `203.0.113.7:5123`, `[2001:db8::1]:5123`, as Azure and IIS write it.
 * 2. In brackets or quotes (RFC 7239, section 6), or with a zone (`%eth0`).
 * 3. As IPv4 within IPv6 in any spelling: `::ffff:203.0.113.7`, `0:0:0:0:0:FFFF:cb00:7107` (RFC 4291, section
 *    2.5.5.2).
 */
export function normaliseAddress(text: string | undefined | null): string | null {
  if (text === undefined || text === null) return null;
  if (isIP(text) === 4) return text;
  const address = withoutPort(unquoted(text.trim())).replace(/%.*$/s, '').toLowerCase();
  if (isIP(address) === 4) return address;
  if (!isIPv6(address)) return null;
  // The parser of URLs writes every address in the one short way of RFC 5952, IPv4 within IPv6 in
  // hexadecimal.
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped?.[1] === undefined || mapped[2] === undefined) return short;
  return dotted(parseInt(mapped[1], 16), parseInt(mapped[2], 16));
}

/**
 * Rewrites `X-Forwarded-For` in place so that each address has its one spelling; other text stays.
 *
 * 1. Express compares these addresses with the trusted proxies. Express would not recognise `10.0.0.1:443`,
 *    and would take the proxy for the client.
 * 2. A very long header loses its left part. Proxies write on the right, so only the client's own claims are
 *    lost.
 */
export function normaliseForwarded(headers: IncomingHttpHeaders): void {
  const given = headers['x-forwarded-for'];
  if (typeof given !== 'string' || PLAIN.test(given)) return;
  headers['x-forwarded-for'] = given
    .slice(given.length > FORWARDED_MAX ? given.indexOf(',', given.length - FORWARDED_MAX) + 1 : 0)
    .split(',')
    .map((part) => normaliseAddress(part) ?? part.trim())
    .join(', ');
}

function unquoted(text: string): string {
  return /^"(.*)"$/s.exec(text)?.[1]?.trim() ?? text;
}

/** IPv6 without brackets is taken to have no port: its last group looks like one. */
function withoutPort(text: string): string {
  const inBrackets = /^\[([^[\]]*)\](?::\d{1,5})?$/.exec(text)?.[1];
  return inBrackets ?? /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text)?.[1] ?? text;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
