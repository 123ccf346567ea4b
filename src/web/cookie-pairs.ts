/**
 * The pairs of a `Cookie` header, without the blanks around each: space and tab (RFC 6265, section 5.2).
 * `trim` would take U+00A0 away too, and a browser lets a neighbouring host plant a cookie whose name is that
 * and then one with `__Host-`.
 */
export function cookiePairs(header: string | undefined): string[] {
  return (header ?? '').split(';').map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ''));
}
