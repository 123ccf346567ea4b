import type { Knex } from 'knex';

/**
 * A value that is made once for a pool, and that the pool carries into each of its transactions and
 * savepoints, such as the writer of audit rows: an operation that is handed a transaction cannot know who
 * began it. Use it only for code that gets `db` and nothing else of the process. The value stands in
 * `userParams`, which Knex copies from a pool into its transactions
 * (https://knexjs.org/guide/#withuserparams).
 */
export class Carried<T> {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** The same pool of connections, carrying `value`. `db` itself stays as it is. */
  attach(db: Knex, value: T): Knex {
    return db.withUserParams({ ...db.userParams, [this.#name]: value });
  }

  /**
   * The value that the pool of `db` carries; undefined when it carries none by this name, as on the command
   * line.
   */
  of(db: Knex): T | undefined {
    return db.userParams[this.#name] as T | undefined;
  }
}
