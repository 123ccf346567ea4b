import { HASH_BYTES, nodeHash } from './hash.ts';
import { rangeHash, splitOf, type SubtreeReader } from './hash-reader.ts';

/**
 * The hashes that lead from the leaf `index` to the root of the first `size` leaves, from the leaf upwards
 * (RFC 6962 §2.1.1). Throws a RangeError for a leaf that is not in the tree.
 */
export async function inclusionProof(index: number, size: number, read: SubtreeReader): Promise<Buffer[]> {
  if (!isIndex(index) || !isIndex(size) || index >= size)
    throw new RangeError(`No leaf ${index} among ${size}`);
  const proof: Buffer[] = [];
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      proof.push(await rangeHash(middle, to, read));
      to = middle;
    } else {
      proof.push(await rangeHash(from, middle, read));
      from = middle;
    }
  }
  return proof.reverse();
}

/** Whether `proof` leads from the leaf's hash to the root. False for bad input (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Buffer,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!isIndex(index) || !isIndex(size) || index >= size) return false;
  if (![leaf, root, ...proof].every(isHash)) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else hash = nodeHash(hash, sibling);
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && hash.equals(root);
}

/** Whether a number can be an index or a size. */
export const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** Whether a value has the form of a SHA-256 hash. */
export const isHash = (value: unknown): value is Buffer =>
  value instanceof Uint8Array && value.length === HASH_BYTES;
