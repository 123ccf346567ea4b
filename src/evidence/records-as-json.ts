import type { Knex } from 'knex';
import { z } from 'zod';
import { auditRecord } from '../audit/audit-record.ts';
import { listFields } from '../record-fields.ts';
import { auditRows, sessionRows } from './queries.ts';
import { detailsAreMasked, isWithheld } from './masks.ts';
import { logIndex, sessionRecord } from './schemas/record-schemas.ts';
import type { EvidenceScope } from './scope.ts';

/**
 * The audit records of a bundle as JSON in the column `record`, newest first. With a `type` each record
 * begins with it.
 *
 * 1. Postgres makes the text, so that no row is parsed here only to be written again.
 * 2. The address and browser of a colleague or an operator are left out: they are no evidence about this
 *    person.
 * 3. This person's action on another account is named without that account's details.
 * 4. With a log, a space follows each record from which the reader cannot make the leaf again: the record has
 *    the row only in part, or another's key makes its salts. `withIndices` reads it. To ask for these rows
 *    once more would read all rows once more.
 */
export function auditRecordsAsJson(
  db: Knex,
  scope: EvidenceScope,
  type: string | null = null,
): Knex.QueryBuilder {
  const { userId } = scope;
  const own = (name: string): Knex.Raw =>
    isWithheld(scope, name)
      ? db.raw('null as ??', [name])
      : db.raw('case when entry.user_id = ? then entry.?? end as ??', [userId, name, name]);
  const records = recordsOf(db, auditRows(db, scope), recordOf(scope, auditRecord), type, {
    ip_address: own('ip_address'),
    user_agent: own('user_agent'),
    details: db.raw('case when ? then null else entry.details end as details', [
      detailsAreMasked(db, 'entry', scope),
    ]),
  });
  if (scope.log === undefined || (scope.withheld ?? []).length > 0) return asJson(db, records);
  const isPartial = db.raw('(records.user_id is distinct from ? or ?)', [
    userId,
    detailsAreMasked(db, 'records', scope),
  ]);
  // As JSON on both sides: to make a text of each record takes as long as its place in the log.
  return db
    .from(records)
    .select(
      db.raw(
        `case when ? then (row_to_json(records)::text || ' ')::json else row_to_json(records) end as record`,
        [isPartial],
      ),
    );
}

/** The workspace sessions of a bundle as JSON in the column `record`, newest first. */
export function sessionRecordsAsJson(
  db: Knex,
  scope: EvidenceScope,
  type: string | null = null,
): Knex.QueryBuilder {
  const left = ['ip_address', 'user_agent'].filter((name) => isWithheld(scope, name));
  const instead = Object.fromEntries(left.map((name) => [name, db.raw('null as ??', [name])]));
  return asJson(db, recordsOf(db, sessionRows(db, scope), recordOf(scope, sessionRecord), type, instead));
}

/** With a log each record has the index of its leaf as its last field. */
function recordOf({ log }: EvidenceScope, record: z.ZodObject): z.ZodObject {
  return log === undefined ? record : record.extend({ log_index: logIndex });
}

/** One conversion of the whole row costs less than joining its pieces. */
function asJson(db: Knex, records: Knex.QueryBuilder): Knex.QueryBuilder {
  return db.from(records).select(db.raw('row_to_json(records) as record'));
}

/**
 * The fields of `record` from `rows`, in the order of the record, as the table `records`; `instead` replaces
 * some of them.
 */
function recordsOf(
  db: Knex,
  rows: Knex.QueryBuilder,
  record: z.ZodObject,
  type: string | null,
  instead: Record<string, Knex.Raw> = {},
): Knex.QueryBuilder {
  const fields = listFields(record).map(({ name, type: fieldType }) => {
    const plain = isTime(fieldType) ? utcText(db, name) : `entry.${name}`;
    return instead[name] ?? plain;
  });
  const typed = type === null ? fields : [db.raw('?::text as type', [type]), ...fields];
  return db.from(rows.as('entry')).select(typed).as('records');
}

function isTime(type: z.ZodType): boolean {
  const given = type instanceof z.ZodNullable ? type.unwrap() : type;
  return given instanceof z.ZodISODateTime;
}

/** A time as `Date.toISOString` writes it: UTC, cut off to milliseconds. Keeps the column's name. */
function utcText(db: Knex, name: string): Knex.Raw {
  return db.raw(`to_char(?? at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ??`, [
    `entry.${name}`,
    name,
  ]);
}
