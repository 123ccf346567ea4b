import { describe, expect, it } from 'vitest';
import { EMPTY_ROOT } from '../../../src/transparency/tree/hash.ts';
import { inclusionProof } from '../../../src/transparency/tree/inclusion.ts';
import { subsetHashes, subsetRoot } from '../../../src/transparency/tree/subset.ts';
import { createChance } from '../../faults/year/chance.ts';
import { plainLeaves, plainReader, plainRoot } from '../../support/transparency/plain-tree.ts';

const leaves = plainLeaves(3000);
const { read } = plainReader(leaves);

const shown = (indices: number[]): [number, Buffer][] => indices.map((index) => [index, leaves[index]!]);

async function collect(hashes: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const hash of hashes) all.push(hash);
  return all;
}

async function hashesOf(indices: number[], size: number): Promise<Buffer[]> {
  return collect(subsetHashes(indices, size, read));
}

describe('one proof for many leaves', () => {
  it('leads to the root from every choice of leaves in trees of up to eight', async () => {
    for (let size = 0; size <= 8; size += 1) {
      const root = plainRoot(leaves.slice(0, size));
      for (let choice = 0; choice < 2 ** size; choice += 1) {
        const indices = [...Array(size).keys()].filter((index) => choice & (1 << index));
        const hashes = await hashesOf(indices, size);
        expect(subsetRoot(shown(indices), size, hashes)).toEqual(root);
        expect(subsetRoot(shown(indices), size, [...hashes, root])).toBeNull();
        for (const place of hashes.keys()) {
          expect(subsetRoot(shown(indices), size, hashes.toSpliced(place, 1))).toBeNull();
          expect(subsetRoot(shown(indices), size, hashes.with(place, EMPTY_ROOT))).not.toEqual(root);
        }
        for (const index of indices)
          expect(
            subsetRoot(
              shown(indices).map(([at, hash]) => [at, at === index ? EMPTY_ROOT : hash]),
              size,
              hashes,
            ),
          ).not.toEqual(root);
      }
    }
  });

  it('leads to the root from leaves taken by chance in trees of up to 3000', async () => {
    const chance = createChance(15);
    for (let round = 0; round < 60; round += 1) {
      const size = 9 + chance.below(2992);
      const share = chance.pick([0.001, 0.02, 0.3, 0.9]);
      const indices = [...Array(size).keys()].filter(() => chance.next() < share);
      const hashes = await hashesOf(indices, size);
      const root = plainRoot(leaves.slice(0, size));
      expect(subsetRoot(shown(indices), size, hashes)).toEqual(root);
    }
  });

  it('has for one leaf the hashes of its inclusion proof', async () => {
    for (const [index, size] of [
      [0, 1],
      [5, 8],
      [1999, 2000],
      [777, 2999],
    ] as const) {
      const one = (await hashesOf([index], size)).map((hash) => hash.toString('hex'));
      const proof = (await inclusionProof(index, size, read)).map((hash) => hash.toString('hex'));
      expect(one.sort()).toEqual(proof.sort());
    }
  });

  it('is one hash without leaves, and none with all of them', async () => {
    expect(await hashesOf([], 2999)).toEqual([plainRoot(leaves.slice(0, 2999))]);
    expect(await hashesOf([...Array(2999).keys()], 2999)).toEqual([]);
  });

  it('costs no read for a range that is shown whole', async () => {
    const { read: counted, reads } = plainReader(leaves);
    const range = Array.from({ length: 1024 }, (_, place) => 1024 + place);
    expect(await collect(subsetHashes(range, 3000, counted))).toHaveLength(2);
    expect(reads()).toBeLessThan(10);
  });

  it('is refused for leaves that do not rise or are not in the tree', async () => {
    for (const indices of [[1, 1], [2, 1], [8], [-1], [0.5], [NaN]]) {
      await expect(hashesOf(indices, 8)).rejects.toThrow(RangeError);
      expect(
        subsetRoot(
          indices.map((index) => [index, EMPTY_ROOT]),
          8,
          [],
        ),
      ).toBeNull();
    }
    expect(subsetRoot([], 2 ** 60, [EMPTY_ROOT])).toBeNull();
    expect(subsetRoot([[0, Buffer.alloc(5)]], 1, [])).toBeNull();
    expect(subsetRoot([], 1, [Buffer.alloc(5)])).toBeNull();
  });
});
