import type { Knex } from 'knex';
import { z } from 'zod';
import { auditRecord } from '../audit/audit-record.ts';
import { listFields } from '../record-fields.ts';
import { auditRows, sessionRows } from './queries.ts';
import { detailsAreMasked, isWithheld } from './masks.ts';
import { sessionRecord } from './schemas/record-schemas.ts';
import type { EvidenceScope } from './scope.ts';

/** How the column of a time is selected; keeps the column's name. */
type TimeColumn = (db: Knex, name: string) => Knex.Raw;

/**
 * The audit records of a bundle as rows for `copyRecords`, newest first, with a column for each field.
 *
 * 1. The address and browser of a colleague or an operator are left out: they are no evidence about this
 *    person.
 * 2. This person's action on another account is named without that account's details.
 * 3. With a log a last column says whether the reader cannot make the leaf again from the record: it has the
 *    row only in part, or another's key makes its salts.
 */
export function auditRecordRows(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  const rows = auditColumns(db, scope, atUtc);
  if (scope.log === undefined || (scope.withheld ?? []).length > 0) return rows;
  const isPartial = [scope.userId, detailsAreMasked(db, 'entry', scope)];
  return rows.select(db.raw('(entry.user_id is distinct from ? or ?) as is_partial', isPartial));
}

/** The workspace sessions of a bundle in the same way. */
export function sessionRecordRows(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return sessionColumns(db, scope, atUtc);
}

/** The audit records as JSON in the column `record`, for readers who want objects. */
export function auditRecordsAsJson(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return asJson(db, auditColumns(db, scope, utcText));
}

/** The workspace sessions in the same way. */
export function sessionRecordsAsJson(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return asJson(db, sessionColumns(db, scope, utcText));
}

function auditColumns(db: Knex, scope: EvidenceScope, time: TimeColumn): Knex.QueryBuilder {
  const { userId } = scope;
  const own = (name: string): Knex.Raw =>
    isWithheld(scope, name)
      ? db.raw('null as ??', [name])
      : db.raw('case when entry.user_id = ? then entry.?? end as ??', [userId, name, name]);
  return columnsOf(db, auditRows(db, scope), auditRecord, time, {
    ip_address: own('ip_address'),
    user_agent: own('user_agent'),
    details: db.raw('case when ? then null else entry.details end as details', [
      detailsAreMasked(db, 'entry', scope),
    ]),
  });
}

function sessionColumns(db: Knex, scope: EvidenceScope, time: TimeColumn): Knex.QueryBuilder {
  const left = ['ip_address', 'user_agent'].filter((name) => isWithheld(scope, name));
  const instead = Object.fromEntries(left.map((name) => [name, db.raw('null as ??', [name])]));
  return columnsOf(db, sessionRows(db, scope), sessionRecord, time, instead);
}

/** The fields of `record` from `rows`, in the order of the record; `instead` replaces some of them. */
function columnsOf(
  db: Knex,
  rows: Knex.QueryBuilder,
  record: z.ZodObject,
  time: TimeColumn,
  instead: Record<string, Knex.Raw>,
): Knex.QueryBuilder {
  const fields = listFields(record).map(({ name, type }) => {
    const plain = isTime(type) ? time(db, name) : `entry.${name}`;
    return instead[name] ?? plain;
  });
  return db.from(rows.as('entry')).select(fields);
}

/** One conversion of the whole row costs less than joining its pieces. */
function asJson(db: Knex, records: Knex.QueryBuilder): Knex.QueryBuilder {
  return db.from(records.as('records')).select(db.raw('row_to_json(records) as record'));
}

function isTime(type: z.ZodType): boolean {
  const given = type instanceof z.ZodNullable ? type.unwrap() : type;
  return given instanceof z.ZodISODateTime;
}

/** A time of UTC as Postgres prints it, which costs less than a format. */
function atUtc(db: Knex, name: string): Knex.Raw {
  return db.raw(`?? at time zone 'UTC' as ??`, [`entry.${name}`, name]);
}

/** A time as `Date.toISOString` writes it: UTC, cut off to milliseconds. */
function utcText(db: Knex, name: string): Knex.Raw {
  return db.raw(`to_char(?? at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ??`, [
    `entry.${name}`,
    name,
  ]);
}
