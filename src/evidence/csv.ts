import type { Locale } from '../web/locales/catalogues.ts';

/**
 * The separators between two cells. Excel expects the list separator of Windows: a semicolon in Turkish, a
 * comma in English.
 */
export const csvSeparators = { comma: ',', semicolon: ';' } as const;
export type CsvSeparator = keyof typeof csvSeparators;

/** The separator with which a spreadsheet in that language splits a file into columns. */
export function separatorOf(locale: Locale): CsvSeparator {
  return locale === 'tr' ? 'semicolon' : 'comma';
}

/**
 * A decimal number such as `1249.17` with the mark of the language that the separator is for. With the other
 * one a spreadsheet in Turkish reads `3.17` as the third of a month, and sums nothing.
 */
export function csvDecimal(text: string, separator: CsvSeparator): string {
  return separator === 'semicolon' ? text.replace('.', ',') : text;
}

/**
 * The characters by which a spreadsheet takes a cell for a formula (OWASP, CSV injection), full-width forms
 * included, also behind blanks, quotes and invisible characters, which some programs strip. A cell may begin
 * at every separator that a reader may have chosen: one cell by commas is several by semicolons, and a
 * stranger wrote the text.
 */
const FORMULA = /((?:^|[,;|\t\r\n])[\s"“”'\p{Cc}\p{Cf}]*?)(?=[=+\-@＝＋－＠﹢﹣﹫﹦])/gu;

/** Some programs also run a cell that starts with one of these. */
const CONTROL_START = /^[\t\r\n]/;

/**
 * A cell with any of these is quoted, so that it stays one cell whichever separator the reader has chosen.
 */
const MUST_QUOTE = /[",;|\t\r\n]|^\s|\s$/;

/** The byte order mark by which Excel recognises UTF-8. */
export const CSV_BOM = '\uFEFF';

/** A cell before it is written; an object becomes JSON. */
export type CsvValue = string | number | boolean | object | null;

/**
 * A line of RFC 4180, ended by CRLF. A cell that a spreadsheet would run gets an apostrophe in front, which
 * shows it as text. In JSON the character is written by its code instead, so that the JSON keeps its meaning.
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
 * Only within strings: a number after a comma is no formula, and an apostrophe there would break the JSON.
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
