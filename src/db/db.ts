import knex, { type Knex } from 'knex';
import pg from 'pg';
import { ConnectionRenewal } from './connection-renewal.ts';
import { DatabaseConnection } from './database-connection.ts';

const INT8_OID = 20;
const DATE_OID = 1082;

// pg's own type lists only the ids that the library names. The function takes any.
const defaultParser = pg.types.getTypeParser as (oid: number, format?: string) => (value: string) => unknown;

/**
 * Opens a pool of `DatabaseConnection`s; `ConnectionRenewal` replaces connections after a fail-over.
 * `timestamptz` comes back as Date, `jsonb` as an object, `date` as the text `2026-11-30`: a day has no time
 * zone. `bigint` and `count(*)` come back as numbers, and a value outside the safe range throws: pg's own
 * default is text, which adds up as "1" + "1" = "11".
 */
export function createDb(options: {
  url: string;
  poolMax?: number;
  applicationName?: string;
  /** Longest wait for a connection, in milliseconds. Default 10 000. */
  acquireTimeoutMs?: number;
}): Knex {
  const renewal = new ConnectionRenewal();
  const db = knex({
    client: 'pg',
    connection: {
      connectionString: options.url,
      application_name: options.applicationName ?? 'youarecoder',
      types: { getTypeParser: typeParser },
    },
    pool: {
      min: 0,
      max: options.poolMax ?? 10,
      validate: (connection: DatabaseConnection) => renewal.isGood(connection),
    },
    acquireConnectionTimeout: options.acquireTimeoutMs ?? 10_000,
    // Knex would also print errors that it throws.
    log: { warn: () => undefined, error: () => undefined },
  });
  // Knex makes its connections by `new driver.Client(settings)` and offers no other place for a class of our
  // own.
  class PoolConnection extends DatabaseConnection {
    constructor(settings: pg.ClientConfig) {
      super(settings, (error) => {
        renewal.note(error);
      });
    }
  }
  (db.client as { driver: { Client: typeof PoolConnection } }).driver = { Client: PoolConnection };
  return db;
}

/** The interface that connect-pg-simple needs of a pool: statements with numbered parameters. */
export function asPgPool(db: Knex): Pick<pg.Pool, 'query'> {
  const client = db.client as {
    acquireConnection(): Promise<DatabaseConnection>;
    releaseConnection(connection: DatabaseConnection): Promise<void>;
  };
  const query = async (text: string, values?: unknown[]): Promise<pg.QueryResult> => {
    const connection = await client.acquireConnection();
    try {
      return await connection.query({ text, ...(values === undefined ? {} : { values }) });
    } finally {
      await client.releaseConnection(connection);
    }
  };
  return { query: query as pg.Pool['query'] };
}

/**
 * The transaction that `trx` is a savepoint of, or `trx` itself. Only the commit of that transaction makes a
 * change real.
 */
export function outermost(trx: Knex.Transaction): Knex.Transaction {
  return trx.parentTransaction === undefined ? trx : outermost(trx.parentTransaction);
}

function typeParser(oid: number, format?: string): (value: string) => unknown {
  if (oid === INT8_OID && format !== 'binary') return parseInt8;
  if (oid === DATE_OID && format !== 'binary') return (value) => value;
  return defaultParser(oid, format);
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`bigint out of the safe range: ${text}`);
  return value;
}
