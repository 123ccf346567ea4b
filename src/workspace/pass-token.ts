import type { Config } from '../config.ts';
import { hashSecret, newSecret } from '../secret-token.ts';

/** The shape of a secret: 32 bytes in base64url. */
const TOKEN = /^[\w-]{43}$/;

/** A new secret of a ticket or a pass, and what the database may know of it. */
export function createToken(): { token: string; hash: string } {
  const token = newSecret();
  return { token, hash: hashSecret(token) };
}

/** The hash of a token that somebody sent; null when it cannot be one of ours. */
export function hashSentToken(token: unknown): string | null {
  return typeof token === 'string' && TOKEN.test(token) ? hashSecret(token) : null;
}

/** True when browsers reach the workspaces over https. */
export function isHttps({ baseUrl }: Pick<Config, 'baseUrl'>): boolean {
  return baseUrl.startsWith('https://');
}

/** The name of the cookie at a workspace's host. `__Host-` keeps a neighbouring host from planting one; it needs https. */
function passCookieName(https: boolean): string {
  return https ? '__Host-yac-workspace' : 'yac_workspace';
}

/** The whole `Set-Cookie` header: host-only, out of reach for scripts, gone with the browser. */
export function passCookie(token: string, https: boolean): string {
  return `${passCookieName(https)}=${token}; Path=/; HttpOnly; SameSite=Lax${https ? '; Secure' : ''}`;
}

/**
 * The pass that a `Cookie` header bears, hashed, and the header as the workspace may see it: without any cookie of ours,
 * whichever of our names it has. Two passes in one header are none: one of them was planted.
 */
export function readPassCookie(
  header: string | undefined,
  https: boolean,
): { hash: string | null; forwarded: string } {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const given = pairs.filter((pair) => pair.startsWith(`${passCookieName(https)}=`));
  const token = given.length === 1 ? given[0]?.slice(passCookieName(https).length + 1) : undefined;
  const forwarded = pairs.filter((pair) => pair !== '' && !isOurs(pair)).join('; ');
  return { hash: hashSentToken(token), forwarded };
}

/** The app's cookies never come here (they are host-only), but a browser without that rule must not hand them over either. */
export function isOurs(pair: string): boolean {
  return /^(__(host|secure)-)?yac([_-][\w-]*)?\s*=/i.test(pair.trim());
}
