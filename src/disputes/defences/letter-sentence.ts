import type { Format } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import type { FactClaim } from '../facts/fact-claim.ts';
import type { FactRecord } from '../facts/fact-record.ts';

/** A value in a sentence: a time, money in minor units, a length of time, or text and numbers as they are. */
type LetterValue = string | number | Date | { minor: number; currency: string } | { minutes: number };

/**
 * A sentence of the letter to the bank: its text by name, the values in it, the records that it comes from,
 * and what of them is claimed. A sentence without a record cannot be written.
 */
export interface LetterSentence {
  id: string;
  params: Record<string, LetterValue>;
  records: readonly [FactRecord, ...FactRecord[]];
  claims: readonly FactClaim[];
}

/** A sentence from records; none when there is no record. */
export function sentence(
  id: string,
  records: readonly (FactRecord | null | undefined)[],
  params: LetterSentence['params'] = {},
  claims: readonly FactClaim[] = [],
): LetterSentence[] {
  const [first, ...others] = records.filter((record) => record !== null && record !== undefined);
  return first === undefined ? [] : [{ id, params, records: [first, ...others], claims }];
}

/** The words of a sentence in one language; times are those of the format's zone. */
export function saySentence(format: Format, { id, params }: LetterSentence): string {
  const values = Object.entries(params).map(([name, value]) => [name, wordsOf(format, name, value)] as const);
  return format.t(`disputeLetter.${id}` as TextKey, Object.fromEntries(values));
}

function wordsOf(format: Format, name: string, value: LetterValue): string | number {
  if (value instanceof Date) return format.when(value);
  if (typeof value === 'object')
    return 'minor' in value ? format.money(value.minor, value.currency) : format.duration(value.minutes * 60);
  return name === 'plan' ? format.t(`common.plan_${value}` as TextKey) : value;
}
