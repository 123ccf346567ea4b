import { describe, expect, it } from 'vitest';
import { consistencyProof, verifyConsistency } from '../../../src/transparency/tree/consistency.ts';
import { EMPTY_ROOT } from '../../../src/transparency/tree/hash.ts';
import { inclusionProof, verifyInclusion } from '../../../src/transparency/tree/inclusion.ts';
import { plainLeaves, plainReader, plainRoot } from '../../support/transparency/plain-tree.ts';

/*
 * Every proof in trees of up to nine leaves and at the sizes around 16, 100 and 257, and each of them in all
 * the ways in which the test data of other implementations spoil theirs.
 */

const LARGEST = 257;
const leaves = plainLeaves(LARGEST);
const { read } = plainReader(leaves);
const roots = Array.from({ length: LARGEST + 1 }, (_, size) => plainRoot(leaves.slice(0, size)));
const rootAt = (size: number): Buffer => roots[size]!;
const garbage = Buffer.from('garbage', 'utf8');
const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 100, 257];

const flipped = (hash: Buffer, bit: number): Buffer => {
  const copy = Buffer.from(hash);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
};

/** The proofs that are made of a good one and must be refused for it. */
function spoil(proof: Buffer[], ...others: Buffer[]): Buffer[][] {
  return [
    ...proof.flatMap((hash, place) => [
      proof.with(place, flipped(hash, (place * 37) % 256)),
      proof.toSpliced(place, 1),
      proof.toSpliced(place, 0, hash),
      proof.toSpliced(place, 0, EMPTY_ROOT),
      proof.with(place, hash.subarray(1)),
    ]),
    [garbage, ...proof],
    [...proof, garbage],
    ...others.flatMap((other) => [
      [other, ...proof],
      [...proof, other],
    ]),
  ];
}

describe('an inclusion proof', () => {
  it.each(sizes)('among %i leaves holds for its leaf, place, size and root only', async (size) => {
    const root = rootAt(size);
    for (const index of size > 20 ? [0, 1, 63, 64, size - 2, size - 1] : [...Array(size).keys()]) {
      const leaf = leaves[index]!;
      const proof = await inclusionProof(index, size, read);
      expect(verifyInclusion(index, size, leaf, proof, root)).toBe(true);
      for (const other of [...Array(size + 3).keys(), -1, 0.5, NaN, 2 ** 53, 2 ** 64]) {
        if (other === index) continue;
        expect(verifyInclusion(other, size, leaf, proof, root)).toBe(false);
      }
      // A proof says nothing of the size where a tree of another size has the same way to the leaf.
      for (const other of [0, size * 2, Math.floor(size / 2), size ^ 2, -size])
        if (other <= index && other !== size)
          expect(verifyInclusion(index, other, leaf, proof, root)).toBe(false);
      for (const bad of spoil(proof, root, leaf))
        expect(verifyInclusion(index, size, leaf, bad, root)).toBe(false);
      for (const wrong of [flipped(leaf, 3), EMPTY_ROOT, garbage, Buffer.alloc(0)]) {
        expect(verifyInclusion(index, size, wrong, proof, root)).toBe(false);
        expect(verifyInclusion(index, size, leaf, proof, wrong)).toBe(false);
      }
    }
  });

  it('of a node does not pass for that of a leaf in the tree', async () => {
    const proof = await inclusionProof(0, 8, read);
    const node = await read(1, 0);
    expect(verifyInclusion(0, 8, node, proof.slice(1), rootAt(8))).toBe(false);
  });

  it('is not made for a leaf that is not there', async () => {
    for (const [index, size] of [
      [0, 0],
      [8, 8],
      [-1, 8],
      [1.5, 8],
    ] as const)
      await expect(inclusionProof(index, size, read)).rejects.toThrow(RangeError);
  });
});

describe('a consistency proof', () => {
  it.each(sizes)('to %i leaves holds for its sizes and roots only', async (newSize) => {
    const newRoot = rootAt(newSize);
    const older =
      newSize > 20 ? [1, 63, 64, 65, newSize - 1, newSize] : [...Array(newSize + 1).keys()].slice(1);
    for (const oldSize of older) {
      const oldRoot = rootAt(oldSize);
      const proof = await consistencyProof(oldSize, newSize, read);
      expect(verifyConsistency(oldSize, newSize, oldRoot, newRoot, proof)).toBe(true);
      for (const bad of spoil(proof, oldRoot, newRoot))
        expect(verifyConsistency(oldSize, newSize, oldRoot, newRoot, bad)).toBe(false);
      for (const wrong of [flipped(oldRoot, 200), EMPTY_ROOT, garbage]) {
        expect(verifyConsistency(oldSize, newSize, wrong, newRoot, proof)).toBe(false);
        expect(verifyConsistency(oldSize, newSize, oldRoot, wrong, proof)).toBe(false);
      }
      if (oldSize !== newSize) {
        expect(verifyConsistency(oldSize, newSize, newRoot, oldRoot, proof)).toBe(false);
        expect(verifyConsistency(newSize, oldSize, newRoot, oldRoot, proof)).toBe(false);
        expect(verifyConsistency(oldSize, newSize, oldRoot, newRoot, [])).toBe(false);
      }
      for (const other of [0, -1, oldSize + 1, oldSize - 1, oldSize ^ 2, NaN, 2 ** 64])
        if (other !== oldSize) expect(verifyConsistency(other, newSize, oldRoot, newRoot, proof)).toBe(false);
    }
  });

  it('says nothing about a tree without leaves', async () => {
    expect(verifyConsistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])).toBe(false);
    expect(verifyConsistency(0, 1, EMPTY_ROOT, rootAt(1), [])).toBe(false);
    await expect(consistencyProof(0, 4, read)).rejects.toThrow(RangeError);
    await expect(consistencyProof(5, 4, read)).rejects.toThrow(RangeError);
  });

  it('grows with the height of the tree only', async () => {
    for (const oldSize of [1, 100, 128, 255, 256])
      expect((await consistencyProof(oldSize, 257, read)).length).toBeLessThanOrEqual(10);
  });
});
