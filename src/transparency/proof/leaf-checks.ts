import { HASH_BYTES } from '../tree/hash.ts';
import { TILE_WIDTH } from '../tree/tiles.ts';

/** With two bytes a changed leaf goes unnamed once in 65 536 times. */
const CHECK_BYTES = 2;

/**
 * The first bytes of the hash of each shown leaf, in order. They prove nothing: the root does. But one list
 * of hashes for all leaves cannot say which of them is another, and these can.
 */
export async function* leafChecks(
  indices: ArrayLike<number>,
  readTile: (index: number) => Promise<Buffer>,
): AsyncGenerator<Buffer, void> {
  for (let place = 0; place < indices.length;) {
    const tile = Math.floor((indices[place] ?? 0) / TILE_WIDTH);
    const hashes = await readTile(tile);
    const checks = Buffer.alloc(TILE_WIDTH * CHECK_BYTES);
    let end = 0;
    for (; Math.floor((indices[place] ?? NaN) / TILE_WIDTH) === tile; place += 1) {
      const start = ((indices[place] ?? 0) % TILE_WIDTH) * HASH_BYTES;
      for (let byte = 0; byte < CHECK_BYTES; byte += 1) checks[end++] = hashes[start + byte] ?? 0;
    }
    yield checks.subarray(0, end);
  }
}
