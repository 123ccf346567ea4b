import type { Knex } from 'knex';
import { auditRows, sessionRows } from './queries.ts';
import type { EvidenceScope } from './scope.ts';

/** Actions whose details are about another account even when this person acted. */
const ABOUT_OTHERS = ['invitation_sent', 'invitation_revoked', 'audit_exported'];

/**
 * The audit records of a bundle as JSON in the column `record`, newest first. With a `type` each record
 * begins with it.
 *
 * 1. Postgres makes the text, so that no row is parsed here only to be written again.
 * 2. The address and browser of a colleague or an operator are left out: they are no evidence about this
 *    person.
 * 3. This person's action on another account is named without that account's details.
 */
export function auditRecordsAsJson(
  db: Knex,
  scope: EvidenceScope,
  type: string | null = null,
): Knex.QueryBuilder {
  const { userId } = scope;
  const records = db.from(auditRows(db, scope).as('entry')).select([
    ...typeColumn(db, type),
    'entry.id',
    utcText(db, 'entry.timestamp'),
    'entry.user_id',
    'entry.actor_type',
    'entry.action_type',
    'entry.success',
    'entry.resource_type',
    'entry.resource_id',
    db.raw('case when entry.user_id = ? then entry.ip_address end as ip_address', [userId]),
    db.raw('case when entry.user_id = ? then entry.user_agent end as user_agent', [userId]),
    'entry.request_method',
    'entry.request_path',
    'entry.request_id',
    db.raw(
      `case
         when entry.action_type = any(?::text[]) then null
         when entry.resource_type = 'user' and entry.resource_id is distinct from ? then null
         else entry.details
       end as details`,
      [ABOUT_OTHERS, String(userId)],
    ),
    'entry.error_message',
  ]);
  return asJson(db, records);
}

/** The workspace sessions of a bundle as JSON in the column `record`, newest first. */
export function sessionRecordsAsJson(
  db: Knex,
  scope: EvidenceScope,
  type: string | null = null,
): Knex.QueryBuilder {
  const records = db
    .from(sessionRows(db, scope).as('session'))
    .select([
      ...typeColumn(db, type),
      'session.id',
      'session.workspace_id',
      'session.workspace_name',
      utcText(db, 'session.started_at'),
      utcText(db, 'session.ended_at'),
      'session.end_reason',
      'session.duration_seconds',
      utcText(db, 'session.last_activity_at'),
      'session.activity_count',
      'session.interactive_seconds',
      'session.ip_address',
      'session.user_agent',
      'session.session_id',
      'session.access_method',
      'session.on_behalf_of_user_id',
      'session.connected_minutes',
      'session.active_minutes',
      'session.connected_seconds',
      'session.active_seconds',
    ]);
  return asJson(db, records);
}

/** A single conversion of the whole row costs less than joining its pieces. */
function asJson(db: Knex, records: Knex.QueryBuilder): Knex.QueryBuilder {
  return db.from(records.as('records')).select(db.raw('row_to_json(records) as record'));
}

function typeColumn(db: Knex, type: string | null): Knex.Raw[] {
  return type === null ? [] : [db.raw('?::text as type', [type])];
}

/** A time as `Date.toISOString` writes it: UTC, cut off to milliseconds. Keeps the column's name. */
function utcText(db: Knex, column: string): Knex.Raw {
  return db.raw(`to_char(?? at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ??`, [
    column,
    column.split('.').at(-1) ?? column,
  ]);
}
