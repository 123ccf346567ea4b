import type { Knex } from 'knex';
import { findTile } from '../queries.ts';
import { HASH_BYTES } from '../tree/hash.ts';
import { hashInTile, TILE_LEVELS, TILE_WIDTH } from '../tree/tiles.ts';

/** A tile that grows. */
interface GrowingTile {
  level: number;
  index: number;
  hashes: Buffer[];
}

/** Leaves in one transaction: twenty tiles, which take some milliseconds. */
const BATCH_LEAVES = 5120;

/** A log whose newest leaves are not in its tiles yet. */
interface LogBehind {
  id: number;
  sequenced: number;
  integrated: number;
}

/**
 * Second step of the log: the hashes of sequenced leaves go into the tiles of the tree. Returns how many did.
 * Each log is locked while it is worked on; another process passes it over.
 */
export async function integrateLeaves(db: Knex, logId?: number): Promise<number> {
  let count = 0;
  for (;;) {
    const integrated = await db.transaction((trx) => integrateBatch(trx, logId));
    if (integrated === 0) return count;
    count += integrated;
  }
}

async function integrateBatch(trx: Knex.Transaction, logId: number | undefined): Promise<number> {
  const log = await trx('transparency_logs')
    // The first condition is that of the index.
    .whereRaw('published < sequenced and integrated < sequenced')
    .modify((query) => {
      if (logId !== undefined) void query.where({ id: logId });
    })
    .orderBy('id')
    .forUpdate()
    .skipLocked()
    .first<LogBehind | undefined>('id', 'sequenced', 'integrated');
  if (log === undefined) return 0;
  const end = Math.min(log.sequenced, log.integrated + BATCH_LEAVES);
  const hashes = await readHashes(trx, log, end);
  const tiles = await TileWriter.open(trx, log.id, log.integrated);
  for (const hash of hashes) tiles.append(hash);
  await tiles.write();
  await trx('transparency_logs').where({ id: log.id }).update({ integrated: end });
  return hashes.length;
}

/** The hashes of the leaves up to `end` that are in no tile yet: as one value, since rows cost more. */
async function readHashes(
  trx: Knex.Transaction,
  { id, integrated }: LogBehind,
  end: number,
): Promise<Buffer[]> {
  const row = await trx('log_leaves')
    .where({ log_id: id })
    .where('leaf_index', '>=', integrated)
    .where('leaf_index', '<', end)
    .first<{ all: Buffer | null }>(trx.raw(`string_agg(leaf_hash, '' order by leaf_index) as all`));
  const all = row.all ?? Buffer.alloc(0);
  if (all.length !== (end - integrated) * HASH_BYTES)
    throw new Error(`log ${String(id)} lacks leaves between ${String(integrated)} and ${String(end)}`);
  return split(all);
}

function split(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, at) =>
    hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/** Appends leaf hashes to the tiles of one log, within a transaction that holds the log's lock. */
class TileWriter {
  readonly #trx: Knex.Transaction;
  readonly #logId: number;
  /** The tile that grows, by level. */
  readonly #growing: GrowingTile[] = [];
  readonly #changed = new Set<GrowingTile>();

  private constructor(trx: Knex.Transaction, logId: number) {
    this.#trx = trx;
    this.#logId = logId;
  }

  /** A writer behind the `size` leaves that the tiles have. */
  static async open(trx: Knex.Transaction, logId: number, size: number): Promise<TileWriter> {
    const writer = new TileWriter(trx, logId);
    for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
      const tile = { level, index: Math.floor(count / TILE_WIDTH), hashes: [] };
      writer.#growing[level] = count % TILE_WIDTH === 0 ? tile : await writer.#read(tile, count % TILE_WIDTH);
    }
    return writer;
  }

  append(leafHash: Buffer): void {
    this.#append(0, leafHash);
  }

  async write(): Promise<void> {
    const tiles = [...this.#changed];
    if (tiles.length === 0) return;
    await this.#trx.raw(
      `insert into log_tiles (log_id, level, tile_index, hashes)
       select ?::bigint, * from unnest(?::smallint[], ?::bigint[], ?::bytea[])
       on conflict (log_id, level, tile_index) do update set hashes = excluded.hashes`,
      [
        this.#logId,
        tiles.map(({ level }) => level),
        tiles.map(({ index }) => index),
        tiles.map(({ hashes }) => Buffer.concat(hashes)),
      ] as unknown as Knex.RawBinding[],
    );
    this.#changed.clear();
  }

  #append(level: number, hash: Buffer): void {
    const tile = (this.#growing[level] ??= { level, index: 0, hashes: [] });
    tile.hashes.push(hash);
    this.#changed.add(tile);
    if (tile.hashes.length < TILE_WIDTH) return;
    this.#growing[level] = { level, index: tile.index + 1, hashes: [] };
    this.#append(level + 1, hashInTile(Buffer.concat(tile.hashes), TILE_LEVELS, 0));
  }

  async #read(tile: GrowingTile, width: number): Promise<GrowingTile> {
    const { level, index } = tile;
    const found = await findTile(this.#trx, { logId: this.#logId, level, index });
    if (found?.length !== width * HASH_BYTES)
      throw new Error(
        `log ${String(this.#logId)} has no tile ${String(level)}/${String(index)} of ${String(width)} hashes`,
      );
    return { ...tile, hashes: split(found) };
  }
}
