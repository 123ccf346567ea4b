import { describe, expect, it } from 'vitest';
import { ShownTiles } from '../../../src/transparency/proof/shown-tiles.ts';
import { useTestDatabase } from '../../support/database.ts';

const database = useTestDatabase();
const LOG = 900_001;
/** More than one query fetches. */
const TILES = 150;

/** Each leaf of a tile has other bytes. */
const tileOf = (index: number): Buffer => {
  const tile = Buffer.alloc(256 * 32);
  for (let leaf = 0; leaf < 256; leaf += 1) tile.writeUInt16BE(index * 256 + leaf, leaf * 32);
  return tile;
};

const checksOf = (indices: number[]): Buffer =>
  Buffer.concat(indices.map((index) => Buffer.from([index >> 8, index & 255])));

describe('the tiles over the shown leaves of a log', () => {
  it('are those that were asked for, many in one query, and no others are read', async () => {
    await database.db('log_tiles').insert(
      [...Array(TILES).keys()].map((index) => ({
        log_id: LOG,
        level: 0,
        tile_index: index,
        hashes: tileOf(index),
      })),
    );
    // Two leaves in every second tile; the last tile has none and is asked for as the edge of the tree.
    const places = [...Array(TILES).keys()].filter((index) => index % 2 === 0);
    const indices = places.flatMap((index) => [index * 256, index * 256 + 255]);
    const asked: number[][] = [];
    const note = ({ sql, bindings }: { sql: string; bindings: unknown[] }): void => {
      if (sql.includes('log_tiles')) asked.push(bindings.at(-1) as number[]);
    };
    database.db.on('query', note);
    try {
      const tiles = new ShownTiles(database.db, { id: LOG }, indices);
      for (const index of [places[0]!, ...places.slice(40), TILES - 1])
        expect(await tiles.read(index)).toEqual(tileOf(index));
      expect(await tiles.checks()).toEqual(checksOf(indices));
    } finally {
      database.db.removeListener('query', note);
    }
    // The tile of the edge by itself; the checks need none twice.
    expect(asked.map(({ length }) => length)).toEqual([64, 11, 1]);
    expect(asked.flat()).toEqual([...places, TILES - 1]);
  });

  it('give their checks also when none was asked for', async () => {
    const indices = [3, 4, 9000, 30_000];
    expect(await new ShownTiles(database.db, { id: LOG }, indices).checks()).toEqual(checksOf(indices));
    expect(await new ShownTiles(database.db, { id: LOG }, []).checks()).toHaveLength(0);
  });

  it('are missed by number', async () => {
    const tiles = new ShownTiles(database.db, { id: LOG + 1 }, [7 * 256]);
    await expect(tiles.read(7)).rejects.toThrow('lacks its tile 0/7');
  });
});
