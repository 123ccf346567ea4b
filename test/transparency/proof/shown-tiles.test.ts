import { describe, expect, it } from 'vitest';
import { readShownTiles } from '../../../src/transparency/proof/shown-tiles.ts';
import { useTestDatabase } from '../../support/database.ts';

const database = useTestDatabase();
const LOG = 900_001;
/** More than one query fetches. */
const TILES = 150;

const tileOf = (index: number): Buffer => Buffer.alloc(32, index + 1);

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
      const read = readShownTiles(database.db, { id: LOG }, indices);
      for (const index of [...places, TILES - 1]) expect(await read(index)).toEqual(tileOf(index));
    } finally {
      database.db.removeListener('query', note);
    }
    expect(asked.map(({ length }) => length)).toEqual([64, 11, 1]);
    expect(asked.flat()).toEqual([...places, TILES - 1]);
  });

  it('are missed by number', async () => {
    const read = readShownTiles(database.db, { id: LOG + 1 }, [7 * 256]);
    await expect(read(7)).rejects.toThrow('lacks its tile 0/7');
  });
});
