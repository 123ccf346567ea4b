import { z } from 'zod';
import { emailAddress, line } from '../auth/input.ts';
import { isReadableText } from '../web/text-line.ts';

// Messages are text keys.

/** Why evidence is held: a cardholder's bank asks, or a court or an authority does. */
const holdKinds = ['dispute', 'legal-hold'] as const;
export type HoldKind = (typeof holdKinds)[number];

/** The lists of a company's holds. */
export const holdLists = ['open', 'released'] as const;
export type HoldList = (typeof holdLists)[number];

/** The list asked for; `open` when none is. */
export function parseHoldList(value: unknown): HoldList {
  return holdLists.find((list) => list === value) ?? 'open';
}

/** The column's bound. */
const REFERENCE_MAX = 100;

/** The column's bound: a reason is a paragraph, not a file. */
const PROSE_MAX = 2000;

/** Several lines of text. A browser sends a line break as two characters, which count once. */
const prose = (missing: string) =>
  z
    .string({ error: missing })
    .transform((value) => value.normalize('NFC').replaceAll('\r\n', '\n').trim())
    .pipe(
      z
        .string()
        .min(1, missing)
        .max(PROSE_MAX, 'errors.tooLong')
        .refine(isReadableText, 'auth.oddCharacters'),
    );

/** The form that places a hold. Without `person` the hold is about the whole company. */
export const holdForm = z.object({
  kind: z.enum(holdKinds, { error: 'holds.kindMissing' }),
  reference: line(REFERENCE_MAX, 'holds.referenceMissing'),
  person: z
    .string({ error: 'errors.email' })
    .trim()
    .transform((value) => (value === '' ? null : value))
    .pipe(emailAddress.nullable())
    .optional()
    .transform((value) => value ?? null),
  reason: prose('holds.reasonMissing'),
});

/** The form that releases a hold. */
export const releaseForm = z.object({ note: prose('holds.noteMissing') });
