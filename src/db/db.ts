import knex, { type Knex } from 'knex';
import pg from 'pg';
import { ConnectionRenewal } from './connection-renewal.ts';
import { DatabaseConnection } from './database-connection.ts';

const INT8_OID = 20;

// Its own type knows only the ids that the library names; it takes any.
const defaultParser = pg.types.getTypeParser as (oid: number, format?: string) => (value: string) => unknown;

/**
 * Opens a pool of `DatabaseConnection`s; what a fail-over has left behind is replaced, see
 * `ConnectionRenewal`. `bigint` and `count(*)` come back as numbers, and a value outside the safe range
 * throws: pg's own default is text, which adds up as "1" + "1" = "11". `timestamptz` comes back as Date,
 * `jsonb` as an object.
 */
export function createDb(options: {
  url: string;
  poolMax?: number;
  applicationName?: string;
  /** How long to wait for a connection, in milliseconds. Default 10 000. */
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
    // Knex would print its own version of an error that is thrown as well.
    log: { warn: () => undefined, error: () => undefined },
  });
  // Knex makes its connections by `new driver.Client(settings)` and has no other place for a class of one's
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

/** What connect-pg-simple asks of a pool: statements with numbered parameters. */
export function asPgPool(db: Knex): Pick<pg.Pool, 'query'> {
  const client = db.client as {
    acquireConnection(): Promise<DatabaseConnection>;
    releaseConnection(connection: DatabaseConnection): Promise<void>;
  };
  const query = async (text: string, values?: unknown[]): Promise<pg.QueryResult> => {
    const connection = await client.acquireConnection();
    try {
      return await connection.query(text, values);
    } finally {
      await client.releaseConnection(connection);
    }
  };
  return { query: query as pg.Pool['query'] };
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
