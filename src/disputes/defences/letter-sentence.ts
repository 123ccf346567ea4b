import type { FactRecord } from '../facts/fact-record.ts';

/** A value in a sentence: money in minor units, a time, or text and numbers as they are. */
type LetterValue = string | number | Date | { minor: number; currency: string };

/** A value that the database has to confirm. */
type LetterClaim =
  /** The column of the sentence's record has this value. */
  | { record: FactRecord; column: string; value: string | number | Date | boolean | null }
  /** So much is counted anew from the rows about the payment. */
  | { count: LetterCount; value: number };

/** Counts behind a sentence about many rows, or about the absence of any. */
type LetterCount =
  | 'sessions'
  | 'proven_minutes'
  | 'sessions_after_cancellation'
  | 'sign_ins'
  | 'cancellations_before'
  | 'promised_refunds'
  | 'refunded_minor'
  | 'neighbours'
  | 'faults';

/**
 * A sentence of the letter to the bank: its text by name, the values in it, the records that it comes from,
 * and what of them is claimed. A sentence without a record cannot be written.
 */
export interface LetterSentence {
  id: string;
  params: Record<string, LetterValue>;
  records: readonly [FactRecord, ...FactRecord[]];
  claims: readonly LetterClaim[];
}

/** A sentence from records; none when there is no record. */
export function sentence(
  id: string,
  records: readonly (FactRecord | null | undefined)[],
  params: LetterSentence['params'] = {},
  claims: readonly LetterClaim[] = [],
): LetterSentence[] {
  const [first, ...others] = records.filter((record) => record !== null && record !== undefined);
  return first === undefined ? [] : [{ id, params, records: [first, ...others], claims }];
}
