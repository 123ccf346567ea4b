import { majorText } from '../../currency.ts';

const PLAIN_AMOUNT = /^(\d{1,13})(?:[.,](\d{1,2}))?$/;
// Both marks are there, so the text cannot be misread: "1.234,56" and "1,234.56".
const GROUPED_AMOUNT = /^(\d{1,3}(?:\.\d{3})+),(\d{1,2})$|^(\d{1,3}(?:,\d{3})+)\.(\d{1,2})$/;

/** Ten billion liras: no payment is near it, and thousands of such amounts can still be added. */
const MAX_MINOR = 10 ** 12;

/**
 * Writes minor units (kuruş, cent) as major units with a dot and two decimals: 12050 becomes "120.50".
 * Throws a plain Error unless `minor` is a whole number of at least 0: money is never a float here.
 */
export function formatMajor(minor: number): string {
  if (!Number.isSafeInteger(minor) || minor < 0)
    throw new Error(`Not an amount in minor units: ${String(minor)}`);
  return majorText(minor);
}

/**
 * Reads an amount in major units into minor units: "10,8", "10.80" and "1.234,56" become 1080, 1080 and
 * 123456. Returns null for anything else, "1.234" included, since that may mean one or a thousand, and for
 * more than ten billion. PayTR's status query writes a comma (dev.paytr.com/durum-sorgu); its other pages
 * write a dot.
 */
export function parseMajor(text: string): number | null {
  const plain = PLAIN_AMOUNT.exec(text.trim());
  if (plain) return toMinor(plain[1], plain[2]);
  const grouped = GROUPED_AMOUNT.exec(text.trim());
  if (grouped) return toMinor((grouped[1] ?? grouped[3])?.replace(/[.,]/g, ''), grouped[2] ?? grouped[4]);
  return null;
}

function toMinor(whole = '0', decimals = ''): number | null {
  const minor = Number(whole + decimals.padEnd(2, '0'));
  return minor <= MAX_MINOR ? minor : null;
}
