import { z } from 'zod';
import { isReadableText } from '../web/text-line.ts';

// Messages are text keys.

/** Words in one or several lines, at most `max` characters. */
export const words = (max: number) =>
  z
    .string('errors.required')
    .transform(plain)
    .pipe(
      z
        .string()
        .min(1, 'errors.required')
        .max(max, 'errors.tooLong')
        .refine(isReadableText, 'auth.oddCharacters'),
    );

/** The same where a field may be empty; null when it is. */
export const optionalWords = (max: number) =>
  z
    .string()
    .catch('')
    .transform(plain)
    .pipe(
      z
        .string()
        .max(max, 'errors.tooLong')
        .refine((text) => text === '' || isReadableText(text), 'auth.oddCharacters'),
    )
    .transform((text) => (text === '' ? null : text));

function plain(text: string): string {
  return text.normalize('NFC').replaceAll('\r\n', '\n').trim();
}
