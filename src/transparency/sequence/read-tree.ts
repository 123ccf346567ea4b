import type { Knex } from 'knex';
import { findTile, type LogRow } from '../queries.ts';
import type { SubtreeReader } from '../tree/hash-reader.ts';
import { readerOverTiles } from '../tree/tiles.ts';

/**
 * Reads the tree of a log from its tiles, as far as it is integrated. `readLeafTile`: a quicker way to those
 * of level 0.
 */
export function readTree(
  db: Knex,
  log: Pick<LogRow, 'id' | 'integrated'>,
  readLeafTile?: (index: number) => Promise<Buffer>,
): SubtreeReader {
  return readerOverTiles(log.integrated, async (level, index) => {
    if (level === 0 && readLeafTile !== undefined) return readLeafTile(index);
    const hashes = await findTile(db, { logId: log.id, level, index });
    if (hashes === undefined)
      throw new Error(`log ${String(log.id)} lacks its tile ${String(level)}/${String(index)}`);
    return hashes;
  });
}
