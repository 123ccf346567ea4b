import { nodeHash } from './hash.ts';
import { rangeHash, splitOf, type SubtreeReader } from './hash-reader.ts';
import { isHash, isIndex } from './inclusion.ts';

/**
 * The hashes that show the first `oldSize` leaves to be the beginning of the first `newSize` (RFC 6962
 * §2.1.2). None when the sizes are equal. Throws a RangeError for a size of 0 and for sizes that shrink.
 */
export async function consistencyProof(
  oldSize: number,
  newSize: number,
  read: SubtreeReader,
): Promise<Buffer[]> {
  if (!isIndex(oldSize) || !isIndex(newSize) || oldSize === 0 || oldSize > newSize)
    throw new RangeError(`No proof from ${oldSize} leaves to ${newSize}`);
  const proof: Buffer[] = [];
  let [from, to] = [0, newSize];
  while (to !== oldSize) {
    const middle = from + splitOf(to - from);
    if (oldSize <= middle) {
      proof.push(await rangeHash(middle, to, read));
      to = middle;
    } else {
      proof.push(await rangeHash(from, middle, read));
      from = middle;
    }
  }
  // The reader of the proof knows the root of the whole old tree, but not the hash of a part of it.
  if (from > 0) proof.push(await rangeHash(from, to, read));
  return proof.reverse();
}

/** Whether the old tree is the beginning of the new one. False for bad input (RFC 9162 §2.1.4.2). */
export function verifyConsistency(
  oldSize: number,
  newSize: number,
  oldRoot: Buffer,
  newRoot: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (!isIndex(oldSize) || !isIndex(newSize) || oldSize === 0 || oldSize > newSize) return false;
  if (oldSize === newSize) return proof.length === 0 && oldRoot.equals(newRoot);
  if (![oldRoot, newRoot, ...proof].every(isHash)) return false;
  const [first, ...rest] = Number.isInteger(Math.log2(oldSize)) ? [oldRoot, ...proof] : proof;
  if (proof.length === 0 || first === undefined) return false;
  let node = oldSize - 1;
  let last = newSize - 1;
  const up = (): void => {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  };
  while (node % 2 === 1) up();
  let [oldHash, newHash] = [first, first];
  for (const hash of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(hash, oldHash);
      newHash = nodeHash(hash, newHash);
      while (node % 2 === 0 && node !== 0) up();
    } else newHash = nodeHash(newHash, hash);
    up();
  }
  return last === 0 && oldHash.equals(oldRoot) && newHash.equals(newRoot);
}
