import { LRUCache } from 'lru-cache';
import type pg from 'pg';

/** Statements that a connection keeps prepared: some 50 kB each in its process of the server. */
const MOST_PREPARED = 100;

/** Statements that a connection remembers to have sent once. */
const MOST_REMEMBERED = 400;

/** Characters. A longer text inserts a thousand rows at once, and would take megabytes. */
const LONGEST = 10_000;

/**
 * Gives the statements of one connection names. A text that comes for the second time is prepared under its
 * name, so that Postgres does not parse it a third time, nor plan it where one plan is good for all values
 * (plan_cache_mode auto). Parsing and planning are more than half of a page's work in Postgres. The first
 * hundred texts that come again keep their places until the connection ends, which it does when it is idle.
 */
export class StatementNames {
  readonly #once = new LRUCache<string, true>({ max: MOST_REMEMBERED });
  readonly #names = new Map<string, string>();

  /** The statement with its name. Unchanged: one that has a name, and one without values. */
  named(statement: pg.QueryConfig): pg.QueryConfig {
    if (statement.name !== undefined || !statement.values?.length) return statement;
    const name = this.#nameOf(statement.text);
    return name === undefined ? statement : { ...statement, name };
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size === MOST_PREPARED || text.length > LONGEST) return known;
    if (!this.#once.delete(text)) {
      this.#once.set(text, true);
      return undefined;
    }
    const name = `again-${String(this.#names.size)}`;
    this.#names.set(text, name);
    return name;
  }
}
