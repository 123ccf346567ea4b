import { createHash } from 'node:crypto';
import type { SubtreeReader } from '../../../src/transparency/tree/hash-reader.ts';

/*
 * A tree as RFC 6962 §2.1 defines it, written down once more and as slowly as it reads there, to hold the
 * tree of the product against.
 */

const sha256 = (...parts: (string | Buffer)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

export const plainLeaf = (entry: string | Buffer): Buffer => sha256(Buffer.from([0]), entry);

export const plainNode = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.from([1]), left, right);

/** The root over hashes of leaves. */
export function plainRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha256('');
  if (leaves.length === 1) return first;
  const split = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return plainNode(plainRoot(leaves.slice(0, split)), plainRoot(leaves.slice(split)));
}

/** Reads the subtrees of these leaves. `reads` counts them. */
export function plainReader(leaves: readonly Buffer[]): { read: SubtreeReader; reads: () => number } {
  const known = new Map<string, Buffer>();
  let reads = 0;
  const at = (level: number, index: number): Buffer => {
    const name = `${level}/${index}`;
    const leaf = leaves[index];
    const hash =
      known.get(name) ??
      (level > 0 ? plainNode(at(level - 1, 2 * index), at(level - 1, 2 * index + 1)) : leaf);
    if (hash === undefined) throw new Error(`The tree has no subtree ${name}`);
    known.set(name, hash);
    return hash;
  };
  const read: SubtreeReader = (level, index) => {
    reads += 1;
    return Promise.resolve(at(level, index));
  };
  return { read, reads: () => reads };
}

/** Leaves that differ from each other, as many as asked for. */
export const plainLeaves = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => plainLeaf(`leaf ${index}`));
