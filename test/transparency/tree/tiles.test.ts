import { describe, expect, it } from 'vitest';
import { inclusionProof } from '../../../src/transparency/tree/inclusion.ts';
import { CompactRange, rootOf } from '../../../src/transparency/tree/root.ts';
import {
  hashInTile,
  readerOverTiles,
  tilePath,
  tilesOf,
  tileWidth,
  TILE_WIDTH,
  type Tile,
} from '../../../src/transparency/tree/tiles.ts';
import { plainLeaves, plainReader, plainRoot } from '../../support/transparency/plain-tree.ts';

const SIZE = 70_000;
const leaves = plainLeaves(SIZE);
const plain = plainReader(leaves);

async function tileOf({ level, index, width }: Tile): Promise<Buffer> {
  const hashes = Array.from({ length: width }, (_, place) =>
    plain.read(8 * level, index * TILE_WIDTH + place),
  );
  return Buffer.concat(await Promise.all(hashes));
}

describe('a tile', () => {
  it('has the path of the standard', () => {
    expect(tilePath(0, 1_234_067)).toBe('tile/0/x001/x234/067');
    expect(tilePath(0, 273, 112)).toBe('tile/0/273.p/112');
    expect(tilePath(3, 0, 1)).toBe('tile/3/000.p/1');
    expect(tilePath(1, 1000)).toBe('tile/1/x001/000');
  });

  it('is one of 276 in a tree of 70 000 leaves, of which three are not full', () => {
    const tiles = [...tilesOf(SIZE)];
    expect(tiles.filter(({ width }) => width < TILE_WIDTH)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    expect(tiles).toHaveLength(273 + 1 + 1 + 1 + 1);
    expect([...tilesOf(256)]).toEqual([
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ]);
    expect([...tilesOf(0)]).toEqual([]);
  });

  it('is named again only when the tree has made it wider', () => {
    expect([...tilesOf(SIZE, SIZE)]).toEqual([]);
    expect([...tilesOf(SIZE, SIZE - 1)]).toEqual([{ level: 0, index: 273, width: 112 }]);
    expect([...tilesOf(SIZE, SIZE - 113)].map(({ level, index }) => [level, index])).toEqual([
      [0, 272],
      [0, 273],
      [1, 1],
    ]);
    for (const [size, before] of [
      [1000, 300],
      [70_000, 65_535],
      [513, 255],
    ] as const) {
      const had = new Set([...tilesOf(before)].map((tile) => JSON.stringify(tile)));
      const fresh = [...tilesOf(size)].filter((tile) => !had.has(JSON.stringify(tile)));
      expect([...tilesOf(size, before)]).toEqual(fresh);
    }
  });

  it('gives the hashes of the subtrees over it, and none beyond its width', async () => {
    const tile = await tileOf({ level: 0, index: 273, width: 112 });
    for (const [level, index] of [
      [0, 0],
      [0, 111],
      [3, 13],
      [6, 0],
    ] as const)
      expect(hashInTile(tile, level, index)).toEqual(await plain.read(level, 273 * 2 ** (8 - level) + index));
    expect(() => hashInTile(tile, 0, 112)).toThrow(RangeError);
    expect(() => hashInTile(tile, 7, 0)).toThrow(RangeError);
    const full = await tileOf({ level: 0, index: 3, width: 256 });
    expect(hashInTile(full, 8, 0)).toEqual(await plain.read(8, 3));
  });
});

describe('a reader over tiles', () => {
  it('reads every subtree that a tree has, at every size', async () => {
    for (const size of [1, 255, 256, 257, 1000, SIZE]) {
      const read = readerOverTiles(size, (level, index) =>
        tileOf({ level, index, width: tileWidth(level, index, size) }),
      );
      expect(await rootOf(size, read)).toEqual(plainRoot(leaves.slice(0, size)));
      const proof = (index: number, reader = read): Promise<Buffer[]> => inclusionProof(index, size, reader);
      for (const index of [0, size >> 1, size - 1])
        expect(await proof(index)).toEqual(await proof(index, plain.read));
      const range = await CompactRange.over(size, read);
      expect(range.root()).toEqual(plainRoot(leaves.slice(0, size)));
      await expect(read(0, size)).rejects.toThrow(RangeError);
    }
  });

  it('asks for a tile once, and again when it could not be read', async () => {
    const asked: string[] = [];
    const read = readerOverTiles(1000, (level, index) => {
      asked.push(`${level}/${index}`);
      if (asked.length === 1) return Promise.reject(new Error('away'));
      return tileOf({ level, index, width: tileWidth(level, index, 1000) });
    });
    await expect(read(0, 5)).rejects.toThrow('away');
    for (let index = 0; index < 256; index += 1) await read(0, index);
    for (let level = 0; level < 8; level += 1) await read(level, 0);
    expect(asked).toEqual(['0/0', '0/0']);
  });

  it('takes a tile that has grown since', async () => {
    const read = readerOverTiles(10, (level, index) => tileOf({ level, index, width: 200 }));
    expect(await rootOf(10, read)).toEqual(plainRoot(leaves.slice(0, 10)));
  });
});

describe('a tree that grows leaf by leaf', () => {
  it('has the root of its leaves at every size, also when it goes on from what was kept', async () => {
    let range = new CompactRange();
    for (let size = 0; size < 600; size += 1) {
      if (size % 7 === 0) range = new CompactRange(range.size, range.hashes);
      if (size % 11 === 0) expect(range.root()).toEqual(plainRoot(leaves.slice(0, size)));
      expect(range.size).toBe(size);
      range.append(leaves[size]!);
    }
    expect((await CompactRange.over(600, plain.read)).hashes).toEqual(range.hashes);
  });
});
