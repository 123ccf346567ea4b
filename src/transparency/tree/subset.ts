import { EMPTY_ROOT, nodeHash } from './hash.ts';
import { rangeHash, splitOf, type SubtreeReader } from './hash-reader.ts';
import { isHash, isIndex } from './inclusion.ts';

/**
 * One proof for many leaves: the hashes of the largest subtrees without a shown leaf, from left to right. The
 * splits are those of RFC 6962 §2.1, and the right edge of the tree is one hash as well, though not complete.
 * With the hashes of the shown leaves these are just enough to compute the root.
 *
 * `indices`: the shown leaves, each once, in rising order. Throws a RangeError for any other list.
 */
export async function* subsetHashes(
  indices: ArrayLike<number>,
  size: number,
  read: SubtreeReader,
): AsyncGenerator<Buffer> {
  refuseUnordered(indices, size);
  if (size === 0) return;
  const ranges = [{ from: 0, to: size, first: 0, end: indices.length }];
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    const { from, to, first, end } = range;
    if (first === end) yield await rangeHash(from, to, read);
    else if (end - first < to - from) {
      const middle = from + splitOf(to - from);
      const shown = firstNotBelow(indices, middle, first, end);
      ranges.push({ from: middle, to, first: shown, end }, { from, to: middle, first, end: shown });
    }
  }
}

/**
 * The root of a tree of `size` leaves, from the shown leaves (index and hash, in rising order) and the hashes
 * of `subsetHashes`. Null when there are too many or too few hashes, or the leaves cannot be in the tree.
 */
export function subsetRoot(
  leaves: readonly (readonly [index: number, hash: Buffer])[],
  size: number,
  hashes: readonly Buffer[],
): Buffer | null {
  const indices = leaves.map(([index]) => index);
  if (!isIndex(size) || !isOrdered(indices, size)) return null;
  if (!hashes.every(isHash) || !leaves.every(([, hash]) => isHash(hash))) return null;
  if (size === 0) return hashes.length === 0 ? EMPTY_ROOT : null;
  let used = 0;
  const combine = (from: number, to: number, first: number, end: number): Buffer | null => {
    if (first === end) return hashes[used++] ?? null;
    if (to - from === 1) return leaves[first]?.[1] ?? null;
    const middle = from + splitOf(to - from);
    const shown = firstNotBelow(indices, middle, first, end);
    const left = combine(from, middle, first, shown);
    const right = left && combine(middle, to, shown, end);
    return right && nodeHash(left, right);
  };
  const root = combine(0, size, 0, leaves.length);
  return used === hashes.length ? root : null;
}

/** The place of the first index from `first` up to `end` that is `bound` or above. */
function firstNotBelow(indices: ArrayLike<number>, bound: number, first: number, end: number): number {
  let [low, high] = [first, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((indices[middle] ?? bound) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function refuseUnordered(indices: ArrayLike<number>, size: number): void {
  if (!isIndex(size) || !isOrdered(indices, size))
    throw new RangeError('The shown leaves do not rise, or are not in the tree');
}

function isOrdered(indices: ArrayLike<number>, size: number): boolean {
  let last = -1;
  for (let place = 0; place < indices.length; place += 1) {
    const index = indices[place];
    if (!isIndex(index) || index <= last || index >= size) return false;
    last = index;
  }
  return true;
}
