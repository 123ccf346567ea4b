import { LRUCache } from 'lru-cache';
import { HASH_BYTES, nodeHash } from './hash.ts';
import type { SubtreeReader } from './hash-reader.ts';

/** The hashes in a full tile (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;

/** The levels of the tree that a tile stands for. */
export const TILE_LEVELS = 8;

/** A tile of `width` hashes, each of a complete subtree of 256^level leaves. */
export interface Tile {
  level: number;
  index: number;
  width: number;
}

/** The path of a tile, as `tile/0/x001/x234/067` and `tile/0/001.p/12` (C2SP tlog-tiles). */
export function tilePath(level: number, index: number, width = TILE_WIDTH): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  return `tile/${level}/${groups.join('/')}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

/** How many hashes the tile `index` of a level has in a tree of `size` leaves; 0: there is no such tile. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/**
 * The tiles of a tree of `size` leaves that a tree of `before` leaves did not have, or had with less hashes.
 * The lower levels come first.
 */
export function* tilesOf(size: number, before = 0): Generator<Tile> {
  for (let level = 0; TILE_WIDTH ** level <= size; level += 1) {
    const unchanged = Math.floor(before / TILE_WIDTH ** (level + 1));
    for (let index = unchanged; ; index += 1) {
      const width = tileWidth(level, index, size);
      if (width === 0) break;
      if (width > tileWidth(level, index, before)) yield { level, index, width };
    }
  }
}

/**
 * The hash of the subtree over 2^level neighbours in a tile, the `index`-th of that size. `level` is 0 to 8;
 * at 8 it is the hash that the next tile above holds. Throws a RangeError where the tile ends before.
 */
export function hashInTile(tile: Buffer, level: number, index: number): Buffer {
  if ((index + 1) * 2 ** level * HASH_BYTES > tile.length) throw new RangeError('The tile is too narrow');
  return hashAt(tile, level, index);
}

/**
 * Reads the subtrees of a tree of `size` leaves out of its tiles. `getTile` is asked for each tile once while
 * it stays among the last 64, some 1 MiB; it may hand back a wider tile than the tree needs.
 */
export function readerOverTiles(
  size: number,
  getTile: (level: number, index: number) => Promise<Buffer>,
): SubtreeReader {
  const tiles = new LRUCache<string, Promise<Buffer>>({ max: 64 });
  const readTile = (level: number, index: number): Promise<Buffer> => {
    const name = `${level}/${index}`;
    const known = tiles.get(name);
    if (known !== undefined) return known;
    const asked = getTile(level, index);
    tiles.set(name, asked);
    // A failure is not kept: the next one who asks may be luckier.
    asked.catch(() => tiles.delete(name));
    return asked;
  };
  return async (level, index) => {
    if ((index + 1) * 2 ** level > size) throw new RangeError(`No subtree ${level}/${index} among ${size}`);
    const within = level % TILE_LEVELS;
    const hashes = 2 ** within;
    const tileIndex = Math.floor((index * hashes) / TILE_WIDTH);
    const tile = await readTile((level - within) / TILE_LEVELS, tileIndex);
    return hashInTile(tile, within, index - (tileIndex * TILE_WIDTH) / hashes);
  };
}

/**
 * The hash at a level of a tile, made from the leaves below it alone: whoever reads a tree asks for subtrees
 * that lie beside each other, and for each of them once.
 */
function hashAt(tile: Buffer, level: number, index: number): Buffer {
  if (level === 0) return tile.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  return nodeHash(hashAt(tile, level - 1, 2 * index), hashAt(tile, level - 1, 2 * index + 1));
}
