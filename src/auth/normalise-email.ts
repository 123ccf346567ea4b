import { domainToASCII } from 'node:url';

/**
 * An e-mail address in the one form in which it is stored and looked up. Whether it is an address is not
 * checked here.
 *
 * 1. Trimmed, and lower-cased by the rules of ASCII: the dotted capital I and the Kelvin sign do not turn
 *    into letters.
 * 2. A domain in another script is written as `xn--…` (RFC 5891).
 */
export function normaliseEmail(typed: string): string {
  const text = typed.trim();
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  const isInOwnScript = at > 0 && /[^ -~]/.test(domain) && /^[\p{L}\p{M}\p{N}.-]+$/u.test(domain);
  const ascii = isInOwnScript ? domainToASCII(domain) : '';
  return lowerAscii(ascii === '' ? text : text.slice(0, at + 1) + ascii);
}

/**
 * True for an address that mail programs and browsers accept: RFC 5321, section 4.1.2, without quoted names
 * and with a domain of more than one label. ASCII only.
 */
export function isEmailAddress(text: string): boolean {
  return ADDRESS.test(text) && text.lastIndexOf('@') <= LOCAL_MAX;
}

/** RFC 5321, section 4.5.3.1.1. */
const LOCAL_MAX = 64;

const ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const ADDRESS = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*\\.(?=.*[a-z])${LABEL}$`, 'i');

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
