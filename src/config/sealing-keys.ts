import type { z } from 'zod';
import type { SealingKey } from '../sealed-bytes.ts';

const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** A random key has some thirty different bytes; one that was made up has few. */
const DIFFERENT_BYTES_MIN = 16;

/**
 * Reads `STORED_CARD_KEYS`: a list of `id:key` with a comma between them, newest first, each key 32 bytes in
 * base64. A fault is named by the place of its key in the list, never by the key.
 */
export function parseSealingKeys(value: string, context: z.RefinementCtx): SealingKey[] {
  if (value === '') return [];
  const parts = value.split(',').map((part) => part.trim());
  const keys: SealingKey[] = [];
  for (const [index, part] of parts.entries()) {
    const at = part.indexOf(':');
    const id = part.slice(0, Math.max(at, 0));
    const text = part.slice(at + 1);
    const key = Buffer.from(text, 'base64');
    const fault = findFault({ id, text, key }, keys);
    if (fault === null) keys.push({ id, key });
    else context.addIssue({ code: 'custom', message: `key ${String(index + 1)} ${fault}` });
  }
  return keys;
}

function findFault(
  { id, text, key }: SealingKey & { text: string },
  before: readonly SealingKey[],
): string | null {
  if (!ID.test(id)) return 'has no name: write id:base64, with 1 to 32 letters, digits, - or _ as its id';
  if (!BASE64.test(text) || key.length !== KEY_BYTES) return 'is not 32 bytes in base64';
  if (new Set(key).size < DIFFERENT_BYTES_MIN) return 'is no random key';
  if (before.some((other) => other.id === id)) return `has the id of another key: ${id}`;
  if (before.some((other) => other.key.equals(key))) return 'is the same as another key';
  return null;
}
