/** What a spreadsheet runs as a formula when a cell begins with it (OWASP, CSV injection); full-width forms as well. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

const MUST_QUOTE = /[",\r\n]|^\s|\s$/;

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

/** One line of RFC 4180, ended by CRLF. A text that a spreadsheet would run is shown by an apostrophe in front. */
export function csvLine(cells: (string | number | boolean | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA_START.test(value) ? `'${value}` : value;
  return MUST_QUOTE.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
