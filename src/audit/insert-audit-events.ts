import type { Knex } from 'knex';
import { listFields } from '../record-fields.ts';
import { auditRecord } from './audit-record.ts';
import type { AuditRow } from './audit-row.ts';

/** The columns that the app inserts, with their types in Postgres. The first two are told to nobody. */
const COLUMNS = [
  { name: 'event_id', column: 'uuid' },
  { name: 'company_id', column: 'bigint' },
  ...listFields(auditRecord).filter(({ column }) => column !== undefined),
] as { name: keyof AuditRow; column: string }[];

const INSERT = `
  insert into audit_logs (${COLUMNS.map(({ name }) => name).join(', ')})
  select * from unnest(${COLUMNS.map(({ column }) => `?::${column}[]`).join(', ')})`;
const INSERT_AGAIN = `${INSERT}
  on conflict (event_id, timestamp) do nothing`;

/** `timestamp` is a word of SQL, so the function calls that parameter `happened_at`. */
const PARAMETERS = COLUMNS.map(({ name }) => (name === 'timestamp' ? 'happened_at' : name));
const INSERT_IN_TRANSACTION = `
  select write_audit_row(${PARAMETERS.map((name) => `${name} => ?`).join(', ')}) as refusal`;

/** The row as one line of JSON, as the spool keeps it. */
export function toEventLine({ details, ...row }: AuditRow): string {
  return `${JSON.stringify(row).slice(0, -1)},"details":${details}}`;
}

/** Reads a line of the spool: the opposite of `toEventLine`. */
export function fromEventLine(line: string): AuditRow {
  const { timestamp, details, ...row } = JSON.parse(line) as Omit<AuditRow, 'timestamp' | 'details'> & {
    timestamp: string;
    details: unknown;
  };
  return { ...row, timestamp: new Date(timestamp), details: JSON.stringify(details) };
}

/**
 * Inserts rows in one statement, with one array for each column. The statement is the same for any number of
 * rows, so Postgres plans it once, and it reads arrays faster than thousands of parameters or JSON. For rows
 * that were never sent before: to look whether each is there already is a tenth of Postgres' work.
 */
export function insertAuditEvents(db: Knex, rows: AuditRow[]): Knex.Raw {
  return db.raw(INSERT, arraysOf(rows)).options({ name: 'insert-audit-events' });
}

/**
 * The same for rows that may be in the table already, because the answer to an earlier insert was lost. Those
 * change nothing.
 */
export function insertAuditEventsAgain(db: Knex, rows: AuditRow[]): Knex.Raw {
  return db.raw(INSERT_AGAIN, arraysOf(rows)).options({ name: 'insert-audit-events-again' });
}

function arraysOf(rows: AuditRow[]): Knex.RawBinding[] {
  return COLUMNS.map(({ name }) => rows.map((row) => row[name])) as unknown as Knex.RawBinding[];
}

/**
 * Inserts one row as part of the caller's transaction, in one round trip. Returns why Postgres refused it, or
 * null. The transaction goes on in both cases, since the function in the database has its own savepoint.
 */
export async function insertInTransaction(trx: Knex.Transaction, row: AuditRow): Promise<string | null> {
  const values = COLUMNS.map(({ name }) => row[name]);
  const { rows } = await trx
    .raw<{ rows: { refusal: string | null }[] }>(INSERT_IN_TRANSACTION, values)
    .options({ name: 'write-audit-row' });
  return rows[0]?.refusal ?? null;
}

/**
 * Inserts all items together. When Postgres refuses them, each half is tried again, until the items that are
 * to blame stand alone and go to `refuse`. Throws any error that is not about the items themselves; some of
 * them may then be in the table.
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
 * True when Postgres refuses events because of their content, so that trying again is useless: bad data
 * (SQLSTATE class 22), a violated constraint (23), too large (54). Any other error may pass. Source:
 * PostgreSQL documentation, appendix A.
 */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(22|23|54)...$/.test(code);
}
