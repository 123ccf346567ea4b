import type { Knex } from 'knex';
import type { AuditRow } from './audit-row.ts';

const COLUMNS = {
  event_id: 'uuid',
  timestamp: 'timestamptz',
  user_id: 'bigint',
  company_id: 'bigint',
  actor_type: 'text',
  action_type: 'text',
  resource_type: 'text',
  resource_id: 'text',
  ip_address: 'inet',
  user_agent: 'text',
  request_method: 'text',
  request_path: 'text',
  request_id: 'text',
  details: 'jsonb',
  success: 'boolean',
  error_message: 'text',
} as const satisfies Record<keyof AuditRow, string>;

const NAMES = Object.keys(COLUMNS) as (keyof AuditRow)[];
const ARRAYS = Object.values(COLUMNS).map((type) => `?::${type}[]`);
const INSERT = `
  insert into audit_logs (${NAMES.join(', ')})
  select * from unnest(${ARRAYS.join(', ')})
  on conflict (event_id, timestamp) do nothing`;
const INSERT_IN_TRANSACTION = `select write_audit_row(${NAMES.map(() => '?').join(', ')}) as refusal`;

/** The row as one line of JSON, which is what the spool keeps. */
export function toEventLine({ details, ...row }: AuditRow): string {
  return `${JSON.stringify(row).slice(0, -1)},"details":${details}}`;
}

/** The row of a line that `toEventLine` has made. */
export function fromEventLine(line: string): AuditRow {
  const { timestamp, details, ...row } = JSON.parse(line) as Omit<AuditRow, 'timestamp' | 'details'> & {
    timestamp: string;
    details: unknown;
  };
  return { ...row, timestamp: new Date(timestamp), details: JSON.stringify(details) };
}

/**
 * Inserts rows in one statement with one array for each column: nothing is planned anew for another number of
 * them, and Postgres reads arrays faster than thousands of parameters or JSON. A row that is in the table
 * already, since an earlier answer was lost, changes nothing.
 */
export function insertAuditEvents(db: Knex, rows: AuditRow[]): Knex.Raw {
  const columns = NAMES.map((name) => rows.map((row) => row[name]));
  return db.raw(INSERT, columns as unknown as Knex.RawBinding[]).options({ name: 'insert-audit-events' });
}

/**
 * Inserts one row as part of the caller's transaction, in one round trip. Returns why Postgres refused it, or
 * null; the transaction goes on either way, since the function in the database has a savepoint of its own.
 */
export async function insertInTransaction(trx: Knex.Transaction, row: AuditRow): Promise<string | null> {
  const values = NAMES.map((name) => row[name]);
  const { rows } = await trx
    .raw<{ rows: { refusal: string | null }[] }>(INSERT_IN_TRANSACTION, values)
    .options({ name: 'write-audit-row' });
  return rows[0]?.refusal ?? null;
}

/**
 * Inserts all together, and when Postgres refuses them, half by half, until those that are to blame stand
 * alone and go to `refuse`. Throws what has nothing to do with the events themselves; some of them may be in
 * the table then.
 */
export async function insertOrRefuse<T>(
  items: T[],
  insert: (items: T[]) => Promise<unknown>,
  refuse: (item: T, error: unknown) => Promise<void>,
): Promise<void> {
  try {
    await insert(items);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const [first] = items;
    if (items.length === 1 && first !== undefined) {
      await refuse(first, error);
      return;
    }
    const middle = Math.ceil(items.length / 2);
    await insertOrRefuse(items.slice(0, middle), insert, refuse);
    await insertOrRefuse(items.slice(middle), insert, refuse);
  }
}

/**
 * True when Postgres refuses events for what they say, whenever they come: bad data (SQLSTATE class 22), a
 * violated constraint (23), too large (54). Everything else may be over in a while. Source: PostgreSQL
 * documentation, appendix A.
 */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(22|23|54)...$/.test(code);
}
