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

const NAMES = Object.keys(COLUMNS).join(', ');
const TYPED_NAMES = Object.entries(COLUMNS)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ');
const INSERT = `
  insert into audit_logs (${NAMES})
  select ${NAMES} from json_to_recordset(?::json) as event (${TYPED_NAMES})
  on conflict (event_id, timestamp) do nothing`;

/** The row as one line of JSON: what the spool keeps and what `insertAuditEvents` takes. */
export function toEventLine({ details, ...row }: AuditRow): string {
  return `${JSON.stringify(row).slice(0, -1)},"details":${details}}`;
}

/**
 * Inserts events, each a line of `toEventLine`, in one statement of one parameter: nothing is planned anew for another
 * number of them, and Postgres reads one JSON text faster than thousands of parameters. An event that is in the table
 * already, since an earlier answer was lost, changes nothing.
 */
export function insertAuditEvents(db: Knex, lines: string[]): Knex.Raw {
  return db.raw(INSERT, [`[${lines.join(',')}]`]);
}

/**
 * Inserts all together, and when Postgres refuses them, half by half, until those that are to blame stand alone and go to
 * `refuse`. Throws what has nothing to do with the events themselves; some of them may be in the table then.
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
 * True when Postgres refuses events for what they say, whenever they come: bad data (SQLSTATE class 22), a violated
 * constraint (23), too large (54). Everything else may be over in a while. Source: PostgreSQL documentation, appendix A.
 */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(22|23|54)...$/.test(code);
}
