import { EMPTY_ROOT, nodeHash } from './hash.ts';
import { rangeHash, type SubtreeReader } from './hash-reader.ts';

/** The root of the tree of the first `size` leaves (RFC 6962 §2.1). */
export async function rootOf(size: number, read: SubtreeReader): Promise<Buffer> {
  return size === 0 ? EMPTY_ROOT : rangeHash(0, size, read);
}

/**
 * A tree that grows at its right edge and keeps only the hashes of its largest complete subtrees: one for
 * each bit that is set in its size. To append costs two hashes on average.
 */
export class CompactRange {
  #size: number;
  readonly #hashes: Buffer[];

  /** `hashes`: those of the largest complete subtrees of the first `size` leaves, from left to right. */
  constructor(size = 0, hashes: readonly Buffer[] = []) {
    this.#size = size;
    this.#hashes = [...hashes];
  }

  /** The range of the first `size` leaves of a tree that can be read. */
  static async over(size: number, read: SubtreeReader): Promise<CompactRange> {
    const hashes: Buffer[] = [];
    let from = 0;
    for (let level = Math.floor(Math.log2(Math.max(size, 1))); level >= 0; level -= 1) {
      const leaves = 2 ** level;
      if (size - from < leaves) continue;
      hashes.push(await read(level, from / leaves));
      from += leaves;
    }
    return new CompactRange(size, hashes);
  }

  get size(): number {
    return this.#size;
  }

  /** The hashes of the largest complete subtrees, from left to right. */
  get hashes(): readonly Buffer[] {
    return this.#hashes;
  }

  append(leaf: Buffer): void {
    let hash = leaf;
    for (let left = this.#size; left % 2 === 1; left = (left - 1) / 2)
      hash = nodeHash(this.#hashes.pop() ?? hash, hash);
    this.#hashes.push(hash);
    this.#size += 1;
  }

  root(): Buffer {
    const last = this.#hashes.at(-1);
    if (last === undefined) return EMPTY_ROOT;
    return this.#hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }
}
