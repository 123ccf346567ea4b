import pg from 'pg';
import { StatementNames } from './statement-names.ts';

/**
 * Settings that the app relies on in every connection, whatever the server, the role or PGOPTIONS say. They
 * are part of the connection's first message, which costs nothing. PgBouncer knows them all and keeps them
 * for each of its clients.
 */
const STARTUP_SETTINGS = {
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
} as const;

/**
 * Settings that PgBouncer refuses in the first message, so the first statement makes them. Behind PgBouncer
 * in transaction mode that reaches only one of the server connections, which does no harm: the app reads no
 * interval, and pg reads both forms of bytea.
 */
const FIRST_STATEMENT = `
  select pg_backend_pid() as pid,
         set_config('IntervalStyle', 'postgres', false),
         set_config('bytea_output', 'hex', false),
         set_config('extra_float_digits', '1', false),
         set_config('default_transaction_isolation', 'read committed', false)`;

// Both are part of pg's client, though its types leave them out.
type Inner = pg.Client & { processID: number | null; getStartupConf(): Record<string, string> };
type OnServerFault = (error: { code?: string | undefined }) => void;
type Query = (...args: unknown[]) => unknown;

/**
 * A connection to Postgres with the settings above, which keeps prepared what it is sent again
 * (`StatementNames`). Behind a pooler, statements lose their names: the next one may reach another server
 * connection that does not know the name (PgBouncer before 1.21). A pooler is recognised by a process id that
 * differs from that of the server's process.
 */
export class DatabaseConnection extends pg.Client {
  readonly openedAt = performance.now();
  isPooled = false;

  constructor(config: pg.ClientConfig, onServerFault?: OnServerFault) {
    super(config);
    const inner = this as unknown as Inner;
    const ownConf = inner.getStartupConf.bind(inner);
    inner.getStartupConf = () => ({ ...ownConf(), ...STARTUP_SETTINGS });
    // Every error that the server sends, also during a copy, and also the last one, with which it ends the
    // connection.
    if (onServerFault !== undefined) this.connection.on('errorMessage', onServerFault);
    const query = super.query.bind(this) as Query;
    const names = new StatementNames();
    this.query = ((first: unknown, ...rest: unknown[]) => {
      if (!isPlain(first)) return query(first, ...rest);
      return query(this.isPooled ? { ...first, name: undefined } : names.named(first), ...rest);
    }) as typeof this.query;
  }

  override connect(): Promise<this>;
  override connect(callback: (error: Error | null) => void): void;
  override connect(callback?: (error: Error | null) => void): Promise<this> | undefined {
    const opened = this.#open();
    if (callback === undefined) return opened;
    opened.then(() => {
      callback(null);
    }, callback);
    return undefined;
  }

  async #open(): Promise<this> {
    await super.connect();
    try {
      const { rows } = await this.query<{ pid: number }>(FIRST_STATEMENT);
      this.isPooled = rows[0]?.pid !== (this as unknown as Inner).processID;
      return this;
    } catch (error) {
      await this.end().catch(() => undefined);
      throw error;
    }
  }
}

/** A statement as an object: no bare text, copy or cursor. */
function isPlain(statement: unknown): statement is pg.QueryConfig {
  return (
    typeof statement === 'object' && statement !== null && 'text' in statement && !('submit' in statement)
  );
}
