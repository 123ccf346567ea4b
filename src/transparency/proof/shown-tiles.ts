import type { Knex } from 'knex';
import { TILE_WIDTH } from '../tree/tiles.ts';
import type { ShownLog } from './find-shown-log.ts';

/** Tiles in one query: half a megabyte. */
const TILES_AT_ONCE = 64;

/**
 * Reads the tiles over the leaves of a log for somebody who asks for them from left to right. `indices`, the
 * shown leaves, tell which come next, so that one query fetches many: a query for each tile took as long as
 * half of the records.
 */
export function readShownTiles(
  db: Knex,
  log: Pick<ShownLog, 'id'>,
  indices: ArrayLike<number>,
): (index: number) => Promise<Buffer> {
  let tiles = new Map<number, Buffer>();
  let place = 0;
  return async (index) => {
    if (!tiles.has(index)) {
      const next = [index];
      for (; place < indices.length && next.length < TILES_AT_ONCE; place += 1) {
        const tile = Math.floor((indices[place] ?? 0) / TILE_WIDTH);
        if (tile > (next.at(-1) ?? 0)) next.push(tile);
      }
      tiles = await findTiles(db, log.id, next);
    }
    const hashes = tiles.get(index);
    if (hashes === undefined) throw new Error(`log ${String(log.id)} lacks its tile 0/${String(index)}`);
    return hashes;
  };
}

async function findTiles(db: Knex, logId: number, indices: number[]): Promise<Map<number, Buffer>> {
  const rows = await db('log_tiles')
    .where({ log_id: logId, level: 0 })
    .whereRaw('tile_index = any(?::bigint[])', [indices])
    .select<{ tile_index: number; hashes: Buffer }[]>('tile_index', 'hashes');
  return new Map(rows.map(({ tile_index, hashes }) => [tile_index, hashes]));
}
