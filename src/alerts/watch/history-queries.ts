import type { Knex } from 'knex';
import { DAY_MS } from '../../durations.ts';
import { isByStaff, watchedActions, type WatchedRow } from './read-event.ts';

/** Longer than any rule remembers a country, a network or a browser: a year at most, see `ruleThresholds`. */
export const HISTORY_DAYS = 366;

/** Newest rows that are read: somebody with more in a year is known well enough. */
const HISTORY_ROWS = 3000;

const columns = [
  'event_id',
  'timestamp',
  'user_id',
  'company_id',
  'actor_type',
  'action_type',
  'success',
  'ip_address',
  'user_agent',
  'error_message',
  'details',
];

/** The audit row that the inbox names. Undefined when it is gone: its month was dropped meanwhile. */
export async function findWatchedRow(
  db: Knex,
  { eventId, at }: { eventId: string; at: string },
): Promise<WatchedRow | undefined> {
  // The time as text: a Date would lose its microseconds.
  return db('audit_logs')
    .where('event_id', eventId)
    .whereRaw('timestamp = ?::timestamptz', [at])
    .first<WatchedRow | undefined>(columns);
}

/**
 * The rows before `row` of the same account or, for what the platform's staff did, of the same company;
 * oldest first.
 */
export async function listHistory(db: Knex, row: WatchedRow): Promise<WatchedRow[]> {
  const rows = await db('audit_logs')
    .modify((query) => {
      if (isByStaff(row)) void query.where({ company_id: row.company_id, actor_type: 'operator' });
      else
        void query
          .where('user_id', row.user_id)
          .whereRaw('company_id is not distinct from ?', [row.company_id]);
    })
    .whereIn('action_type', watchedActions)
    .where('timestamp', '>', new Date(row.timestamp.getTime() - HISTORY_DAYS * DAY_MS))
    .whereRaw('(timestamp, event_id) < (?, ?)', [row.timestamp, row.event_id])
    .orderBy([
      { column: 'timestamp', order: 'desc' },
      { column: 'event_id', order: 'desc' },
    ])
    .limit(HISTORY_ROWS)
    .select<WatchedRow[]>(columns);
  return rows.reverse();
}

/** The rows of a company from a time on, oldest first, for the preview of its rules. */
export function selectCompanyRows(
  db: Knex,
  { companyId, since }: { companyId: number; since: Date },
): Knex.QueryBuilder {
  return db('audit_logs')
    .where('company_id', companyId)
    .whereNotNull('user_id')
    .whereIn('action_type', watchedActions)
    .where('timestamp', '>', since)
    .orderBy(['timestamp', 'event_id'])
    .select(columns);
}
