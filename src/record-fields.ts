import type { Knex } from 'knex';
import { z } from 'zod';
import { currencies } from './currency.ts';

/** Where the value of a field comes from, and what else is made of it. */
interface FieldSource {
  /** SQL of the value. Null: made in JavaScript. Absent: the column of the field's own name. */
  sql?: string | null;
  /** Type of that column in Postgres. Only where the app also inserts by the record. */
  column?: string;
  /** Place among the columns of the CSV, counted from 1. Absent: not in the CSV. */
  csv?: number;
}

/** Looked up for each query: zod's own registry would search the ancestors of each type, too. */
const sources = new WeakMap<z.ZodType, FieldSource>();

/**
 * A field of a record. A record is described once, as a zod object of fields:
 *
 * 1. The keys are the names, in the order in which files have them.
 * 2. The types and their meanings make the published schema and the types in TypeScript.
 * 3. `source` makes the select list, and where needed the insert and the CSV.
 */
export function field<Type extends z.ZodType>(type: Type, meaning: string, source: FieldSource = {}): Type {
  const described = type.describe(meaning);
  sources.set(described, source);
  return described;
}

/** A number that names one row. */
export const id = (meaning: string, source?: FieldSource) => field(z.int().positive(), meaning, source);
/** The same or null. */
export const maybeId = (meaning: string, source?: FieldSource) =>
  field(z.int().positive().nullable(), meaning, source);
/** A text. */
export const text = (meaning: string, source?: FieldSource) => field(z.string(), meaning, source);
/** A text or null. */
export const maybeText = (meaning: string, source?: FieldSource) =>
  field(z.string().nullable(), meaning, source);
/** A time in UTC with milliseconds. */
export const time = (meaning: string, source?: FieldSource) =>
  field(z.iso.datetime({ precision: 3 }), meaning, source);
/** A time or null. */
export const maybeTime = (meaning: string, source?: FieldSource) =>
  field(z.iso.datetime({ precision: 3 }).nullable(), meaning, source);
/** A whole number of at least 0: how many, or kuruş or cents. */
export const count = (meaning: string, source?: FieldSource) => field(z.int().nonnegative(), meaning, source);
/** The same or null. */
export const maybeCount = (meaning: string, source?: FieldSource) =>
  field(z.int().nonnegative().nullable(), meaning, source);
/** Lira, dollars or euros. */
export const major = (meaning: string, source?: FieldSource) =>
  field(z.number().nonnegative(), meaning, source);
/** An ISO 4217 code. */
export const currency = (meaning: string, source?: FieldSource) => field(z.enum(currencies), meaning, source);

/** The fields of a record, each with its name and its source. */
export function listFields(record: z.ZodObject): (FieldSource & { name: string; type: z.ZodType })[] {
  return Object.entries<z.ZodType>(record.shape).map(([name, type]) => ({
    name,
    type,
    ...sources.get(type),
  }));
}

/** The select list of a record: columns of `table`, unless a field names another source. */
export function selectRecord(db: Knex, table: string, record: z.ZodObject): (string | Knex.Raw)[] {
  return listFields(record).flatMap(({ name, sql }): (string | Knex.Raw)[] => {
    if (sql === undefined) return [`${table}.${name}`];
    return sql === null ? [] : [db.raw(`${sql} as ??`, [name])];
  });
}

/** The columns that a row has as the app reads it: those of `table` with the names of the fields. */
export function columnsOf(table: string, row: z.ZodObject): string[] {
  return Object.keys(row.shape).map((name) => `${table}.${name}`);
}
