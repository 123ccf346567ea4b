import { nodeHash } from './hash.ts';

/**
 * Reads the hash of the complete subtree of 2^level leaves that begins at index × 2^level. Level 0 has the
 * hashes of the leaves.
 */
export type SubtreeReader = (level: number, index: number) => Promise<Buffer>;

/** The largest power of two below `size`, where RFC 6962 §2.1 splits a tree. `size` is at least 2. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/**
 * The hash over the leaves from `from` up to `to`, a range that splitting a tree leads to. Such a range lies
 * in step with its own size, so a complete one is a single read.
 */
export async function rangeHash(from: number, to: number, read: SubtreeReader): Promise<Buffer> {
  const size = to - from;
  const level = Math.log2(size);
  if (Number.isInteger(level) && 2 ** level === size) return read(level, from / size);
  const middle = from + splitOf(size);
  return nodeHash(await rangeHash(from, middle, read), await rangeHash(middle, to, read));
}
