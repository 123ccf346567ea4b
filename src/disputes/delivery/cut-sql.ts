/**
 * SQL: the bounds of the seconds that a part of a session has, of `proven` and `atMost` seconds of the whole.
 * Nobody knows where in a session they lie: a part has at most those that fit in, and at least those that do
 * not fit in outside of it. `whole` and `inside` are the lengths of the session and of the part, in seconds.
 */
export function cutSeconds(of: { proven: string; atMost: string; whole: string; inside: string }): {
  least: string;
  most: string;
} {
  const { proven, atMost, whole, inside } = of;
  return {
    least: `greatest(0, floor(${proven} - (${whole} - ${inside})))::bigint`,
    most: `least(${atMost}, ceil(${inside}))::bigint`,
  };
}
