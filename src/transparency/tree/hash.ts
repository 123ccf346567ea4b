import { hash } from 'node:crypto';

/** The bytes of one SHA-256 hash. */
export const HASH_BYTES = 32;

/** The root of a tree without leaves: the hash of nothing (RFC 6962 §2.1). */
export const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer');

/** The hash of a leaf: SHA-256(0x00 ‖ entry). A text is hashed as UTF-8 (RFC 6962 §2.1). */
export function leafHash(entry: string | Buffer): Buffer {
  if (typeof entry === 'string') return hash('sha256', `\0${entry}`, 'buffer');
  return hash('sha256', Buffer.concat([LEAF, entry]), 'buffer');
}

/**
 * The hash of a node: SHA-256(0x01 ‖ left ‖ right). The first byte keeps a leaf from being passed off as a
 * node (RFC 6962 §2.1).
 */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return hash('sha256', node, 'buffer');
}

const LEAF = Buffer.from([0]);

/** Written anew for each node, as a tree of a million leaves has a million of them. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
