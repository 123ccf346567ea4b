import type { Config } from '../config/config.ts';
import { hashSecret, newSecret } from '../secret-token.ts';
import { cookiePairs } from '../web/cookie-pairs.ts';

/** The shape of a secret: 32 bytes in base64url. */
const TOKEN = /^[\w-]{43}$/;

/** A new secret of a ticket or a workspace cookie, with the hash that the database keeps. */
export function createToken(): { token: string; hash: string } {
  const token = newSecret();
  return { token, hash: hashSecret(token) };
}

/** The hash of a token that a browser sent; null when the text cannot be one of our tokens. */
export function hashSentToken(token: unknown): string | null {
  return typeof token === 'string' && TOKEN.test(token) ? hashSecret(token) : null;
}

/** True when browsers reach the workspaces over https. */
export function isHttps({ baseUrl }: Pick<Config, 'baseUrl'>): boolean {
  return baseUrl.startsWith('https://');
}

/**
 * The name of the cookie at a workspace's host. `__Host-` keeps a neighbouring host from planting one; it
 * needs https.
 */
function workspaceCookieName(https: boolean): string {
  return https ? '__Host-yac-workspace' : 'yac_workspace';
}

/** The whole `Set-Cookie` header: host-only, out of reach for scripts, gone with the browser. */
export function workspaceCookie(token: string, https: boolean): string {
  return `${workspaceCookieName(https)}=${token}; Path=/; HttpOnly; SameSite=Lax${https ? '; Secure' : ''}`;
}

/** The parts of a `Cookie` header: one for us, one for the workspace. */
interface ReadCookie {
  /** SHA-256 of the token in the workspace cookie; null when there is none. */
  readonly hash: string | null;
  /** The header as the workspace may see it, without any cookie that has one of our names. */
  readonly forwarded: string;
}

/** The most headers that are remembered; strangers who make up cookies must not fill the memory. */
const READ_MAX = 500;

/**
 * Makes what reads `Cookie` headers; a page asks for dozens of files with the same one, so it is remembered.
 */
export function createCookieReader(https: boolean): (header: string | undefined) => ReadCookie {
  const read = new Map<string, ReadCookie>();
  return (header = '') => {
    const found = read.get(header);
    if (found !== undefined) return found;
    const cookie = readWorkspaceCookie(header, https);
    if (read.size >= READ_MAX) read.clear();
    read.set(header, cookie);
    return cookie;
  };
}

/**
 * Reads a `Cookie` header. A header with two workspace cookies counts as none, since one of them was planted.
 */
export function readWorkspaceCookie(header: string | undefined, https: boolean): ReadCookie {
  const pairs = cookiePairs(header);
  const given = pairs.filter((pair) => pair.startsWith(`${workspaceCookieName(https)}=`));
  const token = given.length === 1 ? given[0]?.slice(workspaceCookieName(https).length + 1) : undefined;
  const forwarded = pairs.filter((pair) => pair !== '' && !isOurs(pair)).join('; ');
  return { hash: hashSentToken(token), forwarded };
}

/**
 * The app's cookies never come here, since they are host-only. A browser without that rule must not hand them
 * over either.
 */
export function isOurs(pair: string): boolean {
  return /^(__(host|secure)-)?yac([_-][\w-]*)?\s*=/i.test(pair.trim());
}
