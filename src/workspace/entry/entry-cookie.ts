import { cookiePairs } from '../../web/cookie-pairs.ts';
import { hashSentToken } from '../workspace-cookie.ts';

/** Longer than an entry and its ticket together, in seconds: what is left behind is gone soon. */
const NONCE_SECONDS = 120;

/** A cookie that binds one way in to its browser. */
interface Nonce {
  name: string;
  hash: string;
}

/** `__Host-` keeps a neighbouring host from planting one; it needs https. */
function prefix(https: boolean): string {
  return https ? '__Host-yac-entry-' : 'yac_entry_';
}

/**
 * The whole `Set-Cookie` header: for this host only, out of reach for scripts, gone after two minutes. Each
 * entry has its own cookie, so two tabs that enter at the same time do not overwrite each other's cookie.
 */
export function nonceCookie(token: string, of: { entryHash: string; https: boolean }): string {
  const { https } = of;
  return setCookie(nonceName(of), token, { seconds: NONCE_SECONDS, https });
}

function nonceName({ entryHash, https }: { entryHash: string; https: boolean }): string {
  return `${prefix(https)}${entryHash.slice(0, 16)}`;
}

/** The `Set-Cookie` header that takes it away again. */
export function clearedNonceCookie(name: string, https: boolean): string {
  return setCookie(name, '', { seconds: 0, https });
}

/**
 * The cookie that a browser already has for an entry: one that asks again must not lose what the first answer
 * gave it.
 */
export function heldNonce(
  header: string | undefined,
  of: { entryHash: string; https: boolean },
): Nonce | undefined {
  return readNonces(header, of.https).find(({ name }) => name === nonceName(of));
}

/** Every such cookie of a `Cookie` header. */
export function readNonces(header: string | undefined, https: boolean): Nonce[] {
  return cookiePairs(header).flatMap((pair) => {
    const [name = '', token] = pair.split('=', 2);
    const hash = name.startsWith(prefix(https)) ? hashSentToken(token) : null;
    return hash === null ? [] : [{ name, hash }];
  });
}

/** Lax: a browser comes here from the app, which may be of another site. */
function setCookie(
  name: string,
  value: string,
  { seconds, https }: { seconds: number; https: boolean },
): string {
  return `${name}=${value}; Max-Age=${String(seconds)}; Path=/; HttpOnly; SameSite=Lax${https ? '; Secure' : ''}`;
}
