/**
 * The pairs of a `Cookie` header, without the spaces and tabs around each (RFC 6265, section 5.2). `trim`
 * would also remove U+00A0: a neighbouring host can plant a cookie whose name is that character followed by a
 * `__Host-` name.
 */
export function cookiePairs(header: string | undefined): string[] {
  return (header ?? '').split(';').map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ''));
}
