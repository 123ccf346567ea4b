import knex, { type Knex } from 'knex';
import pg from 'pg';

const INT8_OID = 20;

// Its own type knows only the ids that the library names; it takes any.
const defaultParser = pg.types.getTypeParser as (oid: number, format?: string) => (value: string) => unknown;

/**
 * Opens a pool. `bigint` and `count(*)` come back as numbers, and a value outside the safe range throws: pg's own
 * default is text, which adds up as "1" + "1" = "11". `timestamptz` comes back as Date, `jsonb` as an object.
 */
export function createDb(options: {
  url: string;
  poolMax?: number;
  applicationName?: string;
  /** How long to wait for a connection, in milliseconds. Default 10 000. */
  acquireTimeoutMs?: number;
}): Knex {
  return knex({
    client: 'pg',
    connection: {
      connectionString: options.url,
      application_name: options.applicationName ?? 'youarecoder',
      types: { getTypeParser: typeParser },
    },
    pool: { min: 0, max: options.poolMax ?? 10 },
    acquireConnectionTimeout: options.acquireTimeoutMs ?? 10_000,
    // Knex would print its own version of an error that is thrown as well.
    log: { warn: () => undefined, error: () => undefined },
  });
}

/** The transaction that `trx` is a savepoint of, or itself: only with its commit has anything happened. */
export function outermost(trx: Knex.Transaction): Knex.Transaction {
  return trx.parentTransaction === undefined ? trx : outermost(trx.parentTransaction);
}

function typeParser(oid: number, format?: string): (value: string) => unknown {
  if (oid === INT8_OID && format !== 'binary') return parseInt8;
  return defaultParser(oid, format);
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`bigint out of the safe range: ${text}`);
  return value;
}
