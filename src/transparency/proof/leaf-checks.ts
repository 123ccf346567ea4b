import type { Knex } from 'knex';
import { HASH_BYTES } from '../tree/hash.ts';
import { TILE_WIDTH } from '../tree/tiles.ts';
import type { ShownLog } from './find-shown-log.ts';

/** With two bytes a changed leaf goes unnamed once in 65 536 times. */
const CHECK_BYTES = 2;
/** Tiles in one query: half a megabyte. */
const TILES_AT_ONCE = 64;

/**
 * The first bytes of the hash of each shown leaf, in order. They prove nothing: the root does. But one list
 * of hashes for all leaves cannot say which of them is another, and these can.
 */
export async function* leafChecks(
  db: Knex,
  log: ShownLog,
  indices: ArrayLike<number>,
): AsyncGenerator<Buffer, void> {
  for (let place = 0; place < indices.length;) {
    const first = Math.floor((indices[place] ?? 0) / TILE_WIDTH);
    const tiles = await readTiles(db, log.id, first);
    const end = (first + TILES_AT_ONCE) * TILE_WIDTH;
    const checks: Buffer[] = [];
    for (; place < indices.length && (indices[place] ?? 0) < end; place += 1) {
      const index = indices[place] ?? 0;
      const start = (index % TILE_WIDTH) * HASH_BYTES;
      const hashes = tiles.get(Math.floor(index / TILE_WIDTH));
      if (hashes === undefined)
        throw new Error(`log ${String(log.id)} lacks the tile of leaf ${String(index)}`);
      checks.push(hashes.subarray(start, start + CHECK_BYTES));
    }
    yield Buffer.concat(checks);
  }
}

async function readTiles(db: Knex, logId: number, first: number): Promise<Map<number, Buffer>> {
  const rows = await db('log_tiles')
    .where({ log_id: logId, level: 0 })
    .where('tile_index', '>=', first)
    .where('tile_index', '<', first + TILES_AT_ONCE)
    .select<{ tile_index: number; hashes: Buffer }[]>('tile_index', 'hashes');
  return new Map(rows.map(({ tile_index, hashes }) => [tile_index, hashes]));
}
