import type { Knex } from 'knex';
import { z } from 'zod';
import { COPIED_NULL, copyRows, unescapeCopied } from '../db/copy-rows.ts';
import { listFields } from '../record-fields.ts';
import type { IndexSet } from '../transparency/proof/index-set.ts';
import type { LeafPlaces } from '../transparency/proof/leaf-places.ts';

/** A piece of the file, and how many records are in it. */
export interface RecordsPiece {
  bytes: Buffer;
  records: number;
}

/**
 * In `json` a comma stands before each record. In `ndjson` each record has a line of its own and bears its
 * type.
 */
export type RecordForm = 'json' | 'ndjson';

/** Indices of the leaves of records. */
export interface PassedIndices {
  shown: IndexSet;
  /** Those of `shown` that the reader cannot make from the records. */
  partial: IndexSet;
}

/** The rows of one list, and what becomes of them. */
interface CopiedList {
  /** A column for each field of `record`, as `auditRecordRows` makes them. */
  rows: Knex.QueryBuilder;
  record: z.ZodObject;
  /** The type that each record bears; null: none. */
  type: string | null;
  form: RecordForm;
}

/**
 * The records of a list as JSON, as Postgres would write them. With the places of their leaves each record
 * ends with the index of its leaf, which is added to `passed`.
 */
export async function* copyRecords(
  snapshot: Knex.Transaction,
  { rows, record, type, form }: CopiedList,
  leaves?: { places: LeafPlaces; passed: PassedIndices },
): AsyncGenerator<RecordsPiece, void> {
  const write = recordWriter(record, type);
  const width = Object.keys(record.shape).length;
  const [before, after] = form === 'json' ? [',', '}\n'] : ['', '}\n'];
  for await (const batch of copyRows(snapshot, rows)) {
    let text = '';
    for (const line of batch) {
      const cells = line.split('\t');
      text += before + write(cells);
      if (leaves !== undefined) text += `,"log_index":${String(pass(cells, width, leaves))}`;
      text += after;
    }
    yield { bytes: Buffer.from(text, 'latin1'), records: batch.length };
  }
}

/** The index of the leaf of a row. The first column is the number of the row, the last one `is_partial`. */
function pass(
  cells: string[],
  width: number,
  { places, passed }: { places: LeafPlaces; passed: PassedIndices },
): number | null {
  const index = places.find(Number(cells[0]));
  if (index === null) return null;
  passed.shown.add(index);
  if (cells[width] === 't') passed.partial.add(index);
  return index;
}

/** Writes a row as a JSON object without its closing brace. */
function recordWriter(record: z.ZodObject, type: string | null): (cells: string[]) => string {
  const fields = listFields(record).map(({ name, type: fieldType }, place) => ({
    name: `${place === 0 ? '' : ','}${JSON.stringify(name)}:`,
    write: valueWriter(fieldType),
  }));
  const start = type === null ? '{' : `{"type":${JSON.stringify(type)},`;
  return (cells) => {
    let text = start;
    for (let place = 0; place < fields.length; place += 1) {
      const { name, write } = fields[place] as (typeof fields)[number];
      const cell = cells[place] as string;
      text += name + (cell === COPIED_NULL ? 'null' : write(cell));
    }
    return text;
  };
}

/** How a value of that type is written as JSON, from the text that Postgres prints. */
function valueWriter(type: z.ZodType): (cell: string) => string {
  const given = type instanceof z.ZodNullable ? type.unwrap() : type;
  if (given instanceof z.ZodISODateTime) return writeTime;
  if (given instanceof z.ZodBoolean) return (cell) => (cell === 't' ? 'true' : 'false');
  if (given instanceof z.ZodNumber) return (cell) => cell;
  if (given instanceof z.ZodRecord) return writeJson;
  return writeText;
}

/** Characters that stand escaped in JSON or in the copy. Few texts have any, and to look costs little. */
// eslint-disable-next-line no-control-regex -- JSON escapes control characters
const ESCAPED = /["\\\u0000-\u001f]/;

function writeText(cell: string): string {
  return ESCAPED.test(cell) ? JSON.stringify(unescapeCopied(cell)) : `"${cell}"`;
}

function writeJson(cell: string): string {
  return cell.includes('\\') ? unescapeCopied(cell) : cell;
}

/** A time of UTC as `Date.toISOString` writes it, cut off to milliseconds. */
function writeTime(cell: string): string {
  if (cell[10] !== ' ') throw new Error(`Bug! not a time of ISO 8601: ${cell}`);
  const milliseconds = cell.slice(20, 23).padEnd(3, '0');
  return `"${cell.slice(0, 10)}T${cell.slice(11, 19)}.${milliseconds}Z"`;
}
