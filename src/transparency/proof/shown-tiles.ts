import type { Knex } from 'knex';
import { HASH_BYTES } from '../tree/hash.ts';
import { TILE_WIDTH } from '../tree/tiles.ts';
import type { ShownLog } from './find-shown-log.ts';

/** Tiles in one query: half a megabyte. */
const TILES_AT_ONCE = 64;
/** With two bytes a changed leaf goes unnamed once in 65 536 times. */
const CHECK_BYTES = 2;

/** Tiles that were asked for. `end`: the first shown leaf behind them. */
interface Fetch {
  tiles: Promise<Map<number, Buffer>>;
  end: number;
}

/**
 * The tiles over the shown leaves of a log, for somebody who asks for them from left to right. `indices`, the
 * shown leaves, tell which come next, so that one query fetches many, and each is fetched once: a query for
 * each tile took as long as half of the records.
 */
export class ShownTiles {
  readonly #db: Knex;
  readonly #logId: number;
  readonly #indices: ArrayLike<number>;
  readonly #checks: Buffer;
  /** The tiles of the last query, by their numbers. */
  #tiles = new Map<number, Buffer>();
  /** The first index of which the tile was not fetched. */
  #place = 0;
  /** The next query, which Postgres answers while the tiles of the last one are read. */
  #next: Fetch | undefined;

  constructor(db: Knex, log: Pick<ShownLog, 'id'>, indices: ArrayLike<number>) {
    this.#db = db;
    this.#logId = log.id;
    this.#indices = indices;
    this.#checks = Buffer.alloc(indices.length * CHECK_BYTES);
  }

  /** The hashes of a tile. Tiles without a shown leaf are fetched by themselves. */
  async read(index: number): Promise<Buffer> {
    while (!this.#tiles.has(index) && this.#tileOf(this.#place) <= index) await this.#fetchNext();
    return this.#tiles.get(index) ?? this.#known(await this.#find([index]), index);
  }

  /**
   * The first bytes of the hash of each shown leaf, in order. They prove nothing: the root does. But one list
   * of hashes for all leaves cannot say which of them is another, and these can.
   */
  async checks(): Promise<Buffer> {
    while (this.#place < this.#indices.length) await this.#fetchNext();
    return this.#checks;
  }

  async #fetchNext(): Promise<void> {
    const { tiles, end } = this.#next ?? this.#fetchFrom(this.#place);
    this.#tiles = await tiles;
    this.#next = end < this.#indices.length ? this.#fetchFrom(end) : undefined;
    for (; this.#place < end; this.#place += 1) {
      const tile = this.#known(this.#tiles, this.#tileOf(this.#place));
      const start = ((this.#indices[this.#place] ?? 0) % TILE_WIDTH) * HASH_BYTES;
      for (let byte = 0; byte < CHECK_BYTES; byte += 1)
        this.#checks[this.#place * CHECK_BYTES + byte] = tile[start + byte] as number;
    }
  }

  #fetchFrom(place: number): Fetch {
    const numbers: number[] = [];
    let end = place;
    for (; end < this.#indices.length; end += 1) {
      const tile = this.#tileOf(end);
      if (tile === numbers.at(-1)) continue;
      if (numbers.length === TILES_AT_ONCE) break;
      numbers.push(tile);
    }
    const tiles = this.#find(numbers);
    // Whoever stops reading waits for it no more. Everybody else sees the fault.
    tiles.catch(() => undefined);
    return { tiles, end };
  }

  /** The tile of the shown leaf at that place; Infinity behind the last. */
  #tileOf(place: number): number {
    return Math.floor((this.#indices[place] ?? Infinity) / TILE_WIDTH);
  }

  #known(tiles: Map<number, Buffer>, index: number): Buffer {
    const hashes = tiles.get(index);
    if (hashes === undefined) throw new Error(`log ${String(this.#logId)} lacks its tile 0/${String(index)}`);
    return hashes;
  }

  async #find(numbers: number[]): Promise<Map<number, Buffer>> {
    const rows = await this.#db('log_tiles')
      .where({ log_id: this.#logId, level: 0 })
      .whereRaw('tile_index = any(?::bigint[])', [numbers])
      .select<{ tile_index: number; hashes: Buffer }[]>('tile_index', 'hashes');
    return new Map(rows.map(({ tile_index, hashes }) => [tile_index, hashes]));
  }
}
