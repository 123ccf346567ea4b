import type { Locale } from '../web/locales/catalogues.ts';

/**
 * What stands between two cells. Excel takes the list separator of its Windows: in Turkish a semicolon, in
 * English a comma.
 */
export const csvSeparators = { comma: ',', semicolon: ';' } as const;
export type CsvSeparator = keyof typeof csvSeparators;

/** The separator with which the spreadsheet of somebody who reads that language opens a file in columns. */
export function separatorOf(locale: Locale): CsvSeparator {
  return locale === 'tr' ? 'semicolon' : 'comma';
}

/**
 * What a spreadsheet runs as a formula when a cell begins with it (OWASP, CSV injection), full-width forms as
 * well; behind blanks, quotes and invisible characters, which some programs take off. A cell may begin at
 * each separator that a reader of the file may have chosen: what is one cell by commas is several by
 * semicolons, and a stranger wrote it.
 */
const FORMULA = /((?:^|[,;|\t\r\n])[\s"“”'\p{Cc}\p{Cf}]*?)(?=[=+\-@＝＋－＠﹢﹣﹫﹦])/gu;

/** At the start of a cell these run as well in some programs. */
const CONTROL_START = /^[\t\r\n]/;

/** Whichever separator a reader has chosen, a cell that holds it stays one where quotes are understood. */
const MUST_QUOTE = /[",;|\t\r\n]|^\s|\s$/;

/** The mark by which Excel knows UTF-8. */
export const CSV_BOM = '\uFEFF';

/** The columns of audit rows in every CSV of ours: what was made for one fits the other. */
export const AUDIT_CSV_COLUMNS = [
  'id',
  'timestamp',
  'action_type',
  'success',
  'actor_type',
  'user_id',
  'user_name',
  'user_email',
  'resource_type',
  'resource_id',
  'ip_address',
  'user_agent',
  'request_method',
  'request_path',
  'request_id',
  'error_message',
  'details',
] as const;

/** A cell before it is written; an object becomes JSON. */
export type CsvValue = string | number | boolean | object | null;

/**
 * One line of RFC 4180 with that separator, ended by CRLF. In front of what a spreadsheet would run stands an
 * apostrophe, which shows it as text; in JSON the character is written by its code, so that the JSON stays
 * what it was.
 */
export function csvLine(cells: CsvValue[], separator: CsvSeparator): string {
  return `${cells.map(csvCell).join(csvSeparators[separator])}\r\n`;
}

function csvCell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const safe = typeof value === 'string' ? defuse(value) : defuseJson(JSON.stringify(value));
  return MUST_QUOTE.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function defuse(text: string): string {
  const safe = text.replace(FORMULA, "$1'");
  return CONTROL_START.test(safe) ? `'${safe}` : safe;
}

/**
 * Within its strings only: a number after a comma is no formula, and an apostrophe there would break the
 * JSON.
 */
function defuseJson(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, (literal) =>
    literal.replace(
      /((?:^"|[,;|])[\s"'\\\p{Cc}\p{Cf}]*?)([=+\-@＝＋－＠﹢﹣﹫﹦])/gu,
      (_match, before: string, start: string) => {
        const code = start.charCodeAt(0).toString(16).padStart(4, '0');
        return `${before}\\u${code}`;
      },
    ),
  );
}
