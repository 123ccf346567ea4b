import type { Knex } from 'knex';
import { findLogByUuid, findNewestCheckpoint, findTile, LOG_UUID, type LogRow } from '../../queries.ts';
import { HASH_BYTES } from '../../tree/hash.ts';
import { TILE_WIDTH, tilePath, tileWidth } from '../../tree/tiles.ts';
import { withCosignatures } from '../witness/queries.ts';

/** A level from 0 to 63, the index in groups of three digits, and the width of a partial tile. */
const TILE = /^tile\/([0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/;

/** The newest checkpoint of a log with all its signatures. Null before the first one, and without the log. */
export async function readPublicCheckpoint(db: Knex, uuid: string): Promise<string | null> {
  const log = await findPublicLog(db, uuid);
  const newest = log === undefined ? undefined : await findNewestCheckpoint(db, log.id);
  return newest === undefined ? null : withCosignatures(db, newest);
}

/**
 * The hashes of a tile by its path (C2SP tlog-tiles), as far as a published checkpoint covers them, and
 * whether the tile is full. Null for a path that is not written in its only right form, for a tile that the
 * published tree does not have, and for entries: the records themselves are not public.
 */
export async function readPublicTile(
  db: Knex,
  uuid: string,
  path: string,
): Promise<{ hashes: Buffer; isFull: boolean } | null> {
  const [, level = '', groups = '', width] = TILE.exec(path) ?? [];
  const tile = {
    level: Number(level),
    index: Number(groups.replace(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const isPath = Number.isSafeInteger(tile.index) && tilePath(tile.level, tile.index, tile.width) === path;
  if (level === '' || !isPath || tile.level > 63 || tile.width === 0) return null;
  const log = await findPublicLog(db, uuid);
  if (log === undefined || tile.width > tileWidth(tile.level, tile.index, log.published)) return null;
  const found = await findTile(db, { logId: log.id, level: tile.level, index: tile.index });
  const hashes = found?.subarray(0, tile.width * HASH_BYTES);
  if (hashes?.length !== tile.width * HASH_BYTES) return null;
  return { hashes, isFull: tile.width === TILE_WIDTH };
}

async function findPublicLog(db: Knex, uuid: string): Promise<LogRow | undefined> {
  return LOG_UUID.test(uuid) ? findLogByUuid(db, uuid) : undefined;
}
