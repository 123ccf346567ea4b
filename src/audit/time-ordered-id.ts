import { randomUUID } from 'node:crypto';

/** Ids of one millisecond, as many as three hexadecimal digits count. */
const IDS_OF_A_MILLISECOND = 0x1000;

let last = { ms: 0, number: 0 };

/**
 * A new UUIDv7: 48 bits of milliseconds, 12 that count within one, 62 at random. Each sorts behind those that
 * this process made before, so that the index of a table grows at its end. Source: RFC 9562, section 6.2,
 * method 1.
 */
export function timeOrderedId(now = Date.now()): string {
  if (now > last.ms) last = { ms: now, number: 0 };
  else if (last.number + 1 < IDS_OF_A_MILLISECOND) last.number += 1;
  // More ids than that borrow from the next millisecond; so do those that a clock set back would repeat.
  else last = { ms: last.ms + 1, number: 0 };
  const time = last.ms.toString(16).padStart(12, '0');
  const number = last.number.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${number}-${randomUUID().slice(19)}`;
}
