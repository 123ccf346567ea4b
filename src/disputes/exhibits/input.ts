import { z } from 'zod';
import { locales } from '../../web/locales/catalogues.ts';
import { proofTags } from '../defences/proof-tags.ts';
import { words } from '../words.ts';
import { addedKinds } from './exhibit.ts';

// Messages are text keys.

/** One line: a line break would end the subject of a mail. */
const line = (max: number) => words(max).refine((value) => !value.includes('\n'), 'auth.oddCharacters');

/** What an operator says of a file beside choosing it. */
export const exhibitForm = z.object({
  kind: z.enum(addedKinds, 'exhibits.error_kind'),
  proves: z.enum(proofTags, 'exhibits.error_proves'),
  description: words(500),
});

/** Why an exhibit is withdrawn. */
export const withdrawalForm = z.object({ reason: words(500) });

/** A mail to the customer, before and after it was looked at. */
export const customerMailForm = z.object({
  locale: z.enum(locales, 'exhibits.error_locale'),
  subject: line(150),
  body: words(3000),
  withdrawal: words(2000),
  mailsBefore: z.coerce.number().int().min(0).max(1000).catch(-1),
});
