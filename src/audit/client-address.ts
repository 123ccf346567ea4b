import type { IncomingHttpHeaders } from 'node:http';
import { isIP, isIPv6 } from 'node:net';

/** What needs no second look: dotted addresses alone, as nearly every proxy writes them. */
const PLAIN = /^[\d., ]*$/;

/**
 * So much of the header is looked at, from its end; an address has 45 characters at most, and no chain of
 * proxies has a hundred.
 */
const FORWARDED_MAX = 4096;

/**
 * One spelling for one address, however a proxy writes it: with a port (`203.0.113.7:5123`,
 * `[2001:db8::1]:5123`; Azure and IIS do), in brackets or quotes (RFC 7239, section 6), with a zone
 * (`%eth0`), as IPv4 within IPv6 in any spelling (`::ffff:203.0.113.7`, `0:0:0:0:0:FFFF:cb00:7107`; RFC 4291,
 * section 2.5.5.2). Null when the text is no address at all, so that an unusable header can never make a row
 * fail.
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
 * Rewrites `X-Forwarded-For` in place, each address in its one spelling, before anybody compares it with the
 * proxies that are trusted: `10.0.0.1:443` would be none of them, and the client's own address could not be
 * read. What is no address stays. The proxies write on the right, so that of a very long header only the left
 * is lost, which is the client's own claim.
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

/** Without brackets a last group of IPv6 is no port: it cannot be told from one. */
function withoutPort(text: string): string {
  const inBrackets = /^\[([^[\]]*)\](?::\d{1,5})?$/.exec(text)?.[1];
  return inBrackets ?? /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text)?.[1] ?? text;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
