import type { Knex } from 'knex';
import { copyBytes } from '../../db/copy-rows.ts';
import type { ShownLog } from './find-shown-log.ts';

const [TAB, LINE_FEED, ZERO] = [0x09, 0x0a, 0x30];

/** Where in a log the leaves of some rows are: sixteen bytes for each. */
export class LeafPlaces {
  /** Rising. */
  readonly #ids: number[] = [];
  readonly #indices: number[] = [];
  /** The place of the last row that was found: the next one mostly is its neighbour. */
  #last = 0;

  /** Rows come in the order of their numbers. */
  add(id: number, index: number): void {
    this.#ids.push(id);
    this.#indices.push(index);
  }

  /** The index of the leaf of that row; null when the log does not have it. */
  find(id: number): number | null {
    if (this.#ids[this.#last - 1] === id) this.#last -= 1;
    else this.#last = this.#placeOf(id);
    return this.#ids[this.#last] === id ? (this.#indices[this.#last] as number) : null;
  }

  #placeOf(id: number): number {
    let [low, high] = [0, this.#ids.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * The places of the leaves of the rows of one type whose numbers `ids` selects.
 *
 * 1. All numbers go into one scan of the index, from left to right: to look up row by row takes six times as
 *    long.
 * 2. An array cannot be joined, and `offset 0` keeps the log out of the scan. Otherwise Postgres, which may
 *    take a grown log for a small one, would read the whole log and run through the numbers for each leaf.
 */
export async function readLeafPlaces(
  snapshot: Knex.Transaction,
  log: ShownLog,
  { type, ids }: { type: string; ids: Knex.QueryBuilder },
): Promise<LeafPlaces> {
  const places = new LeafPlaces();
  // Digits are read from the bytes: as texts of lines they took this process twice as long.
  let [id, number] = [0, 0];
  for await (const bytes of copyBytes(snapshot, leafPlaceRows(snapshot, log, { type, ids })))
    for (const byte of bytes)
      if (byte === TAB) [id, number] = [number, 0];
      else if (byte === LINE_FEED) {
        places.add(id, number);
        number = 0;
      } else number = number * 10 + byte - ZERO;
  return places;
}

/** The query of `readLeafPlaces`. */
export function leafPlaceRows(
  db: Knex,
  log: ShownLog,
  { type, ids }: { type: string; ids: Knex.QueryBuilder },
): Knex.QueryBuilder {
  const leaves = db.raw(
    `(select record_id, leaf_index, log_id from log_leaves
      where type = ? and record_id = any(array(?)) order by record_id offset 0) as leaf`,
    [type, ids],
  );
  return db
    .from(leaves)
    .where('leaf.log_id', log.id)
    .where('leaf.leaf_index', '<', log.size)
    .orderBy('leaf.record_id')
    .select('leaf.record_id', 'leaf.leaf_index');
}
