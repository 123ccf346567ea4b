import { z } from 'zod';
import { emailAddress, line } from '../../auth/input.ts';
import { locales } from '../../web/locales/catalogues.ts';
import { isReadableText } from '../../web/text-line.ts';

// Messages are text keys.

/** What a person can ask for: KVKK art. 11, GDPR arts. 15 to 21. */
export const requestKinds = ['information', 'correction', 'erasure', 'objection'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** How a request comes. The form is the person's own; operators enter the others. */
export const enteredChannels = ['written', 'kep', 'e-signature', 'registered-email'] as const;
export type RequestChannel = (typeof enteredChannels)[number] | 'form';

/** What became of a request. */
export const decisions = ['granted', 'partly', 'refused'] as const;
export type Decision = (typeof decisions)[number];

/** The columns' bound. */
const WORDS_MAX = 4000;

const words = (least: number) =>
  z
    .string({ error: 'requests.wordsMissing' })
    .transform((value) => value.normalize('NFC').replaceAll('\r\n', '\n').trim())
    .pipe(
      z
        .string()
        .min(least, 'requests.wordsMissing')
        .max(WORDS_MAX, 'errors.tooLong')
        .refine((text) => text === '' || isReadableText(text), 'auth.oddCharacters'),
    );

const kind = z.enum(requestKinds, { error: 'requests.kindMissing' });

/** The form on the person's own page. */
export const ownRequestForm = z.object({ kind, words: words(1) });

/** The form with which an operator enters a request that came another way. */
export const enteredRequestForm = z.object({
  kind,
  words: words(1),
  channel: z.enum(enteredChannels, { error: 'requests.channelMissing' }),
  fullName: line(100, 'requests.nameMissing'),
  email: emailAddress,
  locale: z.enum(locales, { error: 'requests.localeMissing' }),
  receivedOn: z.iso.date({ error: 'requests.dayMissing' }),
});

/** The form that says how the identity was checked, and that of a note. */
export const wordsForm = z.object({ words: words(1) });

/** The form of an answer. */
export const answerForm = z.object({
  decision: z.enum(decisions, { error: 'requests.decisionMissing' }),
  ground: words(1),
  keptWords: words(0),
});
