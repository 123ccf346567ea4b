import { z } from 'zod';
import { optionalWords } from '../words.ts';

/** Longest text of a reader's own words. */
export const WORDS_MAX = 1000;

/** Each way in which a payment or its use may be unknown to a reader. */
export const notMeKinds = ['payment', 'use', 'both'] as const;

/** The form of "this wasn't me". The payment may be left out where there is only one. */
export const notMeForm = z.object({
  payment: z.coerce.number({ error: 'usageStatements.paymentMissing' }).int().positive().optional(),
  what: z.enum(notMeKinds, { error: 'usageStatements.whatMissing' }),
  words: optionalWords(WORDS_MAX),
});
export type NotMeAnswer = z.output<typeof notMeForm>;

/** The form of the cancellation by link: the box that confirms it. */
export const cancelForm = z.object({
  confirm: z.literal('on', { error: 'usageStatements.confirmMissing' }),
});
