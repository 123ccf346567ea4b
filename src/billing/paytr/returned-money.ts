import { boundedText } from '../../storable-text.ts';
import { parseMajor } from './minor-units.ts';
import { answerText } from './request.ts';

/** Money that PayTR says was given back, from our side or in its panel. In minor units of the payment. */
export interface ReturnedMoney {
  amountMinor: number;
  /** Our own id of the refund; null when PayTR names none, as for a refund made in its panel. */
  referenceNo: string | null;
  /** As PayTR writes it; null when it names none. */
  date: string | null;
}

// A payment is given back in a few parts. More entries than this come from something else.
const MAX_ENTRIES = 500;
const MAX_TEXT_LENGTH = 100;

/**
 * Reads the `returns` of a status query. Null when any part of it cannot be read: an incomplete list would
 * let a refund seem missing. PayTR shows the form by an example only (dev.paytr.com/durum-sorgu), so three
 * forms of a list are taken:
 *
 * 1. an array of entries,
 * 2. entries under numbers, as PHP writes an array with gaps,
 * 3. either of them as text.
 */
export function readReturnedMoney(returns: unknown): ReturnedMoney[] | null {
  const entries = listEntries(returns);
  if (entries === null || entries.length > MAX_ENTRIES) return null;
  const read = entries.map(readEntry);
  return read.every((entry) => entry !== null) ? read : null;
}

function listEntries(returns: unknown): unknown[] | null {
  if (Array.isArray(returns)) return returns as unknown[];
  if (typeof returns === 'string') {
    const parsed = parsedJson(returns);
    return typeof parsed === 'object' ? listEntries(parsed) : null;
  }
  if (typeof returns !== 'object' || returns === null) return null;
  if ('return_amount' in returns) return [returns];
  return Object.keys(returns).every((key) => /^\d+$/.test(key)) ? Object.values(returns) : null;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readEntry(entry: unknown): ReturnedMoney | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const fields = entry as Record<string, unknown>;
  const amountMinor = parseMajor(answerText(fields['return_amount']) ?? '');
  if (amountMinor === null || amountMinor === 0) return null;
  const text = (name: string): string | null =>
    boundedText(answerText(fields[name])?.trim() ?? '', MAX_TEXT_LENGTH) || null;
  return { amountMinor, referenceNo: text('reference_no'), date: text('return_date') };
}
