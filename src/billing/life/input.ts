import { z } from 'zod';
import { isReadableText } from '../../web/text-line.ts';
import { cancelChoices } from './cancel-moment.ts';

/** The column's bound. */
export const REASON_MAX = 1000;

/** The form of `/billing/cancel`; without words there is no reason. */
export const cancelForm = z.object({
  when: z.enum(cancelChoices, { error: 'life.whenMissing' }),
  reason: z
    .string()
    .optional()
    .transform((text) => (text ?? '').normalize('NFC').replaceAll('\r\n', '\n').trim())
    .pipe(
      z
        .string()
        .max(REASON_MAX, 'errors.tooLong')
        .refine((text) => text === '' || isReadableText(text), 'auth.oddCharacters'),
    )
    .transform((text) => (text === '' ? null : text)),
});
