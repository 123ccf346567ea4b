const RETURN_TO_MAX = 2000;

/**
 * A path of this site to go back to, or null. Only printable ASCII starting with one slash is accepted:
 * browsers read `//host`, `/\host` and a slash followed by a tab as another host (OWASP, unvalidated
 * redirects).
 */
export function safeReturnTo(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > RETURN_TO_MAX) return null;
  if (!/^\/(?!\/)[!-[\]-~]*$/.test(value)) return null;
  const base = 'http://local.invalid';
  return URL.canParse(value, base) && new URL(value, base).origin === base ? value : null;
}
