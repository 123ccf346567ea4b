import { z } from 'zod';
import { parseMajor } from '../billing/paytr/minor-units.ts';
import { MERCHANT_OID } from '../billing/paytr/token.ts';
import { currencies } from '../currency.ts';
import { localDay } from '../local-calendar.ts';
import { endOfDay } from './deadline.ts';
import { answerChannels, networks } from './networks.ts';
import { optionalWords } from './words.ts';

// Messages are text keys.

/** The columns' bounds. */
const WORDS_MAX = 2000;
const SENT_TO_MAX = 200;

/** A field that may be empty. No union of schemas: the fault of a union has a message of its own. */
const optional = (schema: z.ZodType<string, string>) =>
  z
    .string()
    .catch('')
    .transform((value, context) => {
      const text = value.trim();
      if (text === '') return null;
      const read = schema.safeParse(text);
      if (read.success) return read.data;
      const message = read.error.issues[0]?.message;
      context.issues.push({ code: 'custom', input: value, message });
      return z.NEVER;
    });

/** A day of this century: the database and the letters take no year 0 and no year 9999. */
const someDay = z.iso
  .date('disputes.error_day')
  .refine((text) => text.startsWith('20'), 'disputes.error_day');

const day = optional(someDay);

/** An amount in major units, as people type it; null when the field is empty. */
const optionalAmount = z
  .string()
  .max(40)
  .catch('')
  .transform((value, context) => {
    if (value.trim() === '') return null;
    const minor = parseMajor(value);
    if (minor === null || minor === 0)
      context.issues.push({ code: 'custom', input: value, message: 'disputes.error_amount' });
    return minor;
  });

/** The bank's or PayTR's number of a dispute. */
const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9./_-]{0,63}$/;

/** A reason code, as `10.4`, `4853` or `C28`. */
const reasonCode = optional(
  z
    .string()
    .transform((value) => value.toUpperCase())
    .pipe(z.string().regex(/^[A-Z0-9][A-Z0-9._-]{0,31}$/, 'disputes.error_code')),
);

const factFields = {
  network: optional(z.enum(networks, 'disputes.error_network')),
  reasonCode,
  amount: optionalAmount,
  currency: optional(z.enum(currencies, 'disputes.error_currency')),
  answerBy: day,
  submittedOn: day,
  processedOn: day,
  claim: optionalWords(WORDS_MAX),
};

/** What a notice or the case page tells of a dispute, as columns. */
function toFacts(fields: z.infer<z.ZodObject<typeof factFields>>) {
  const { network, amount, currency, answerBy } = fields;
  return {
    network: network as (typeof networks)[number] | null,
    reason_code: fields.reasonCode,
    claim: fields.claim,
    amount_minor: amount,
    currency: amount === null ? null : (currency as (typeof currencies)[number] | null),
    answer_by: answerBy === null ? null : endOfDay(answerBy),
    submitted_on: fields.submittedOn,
    processed_on: fields.processedOn,
  };
}

/** Fields with a day of the dispute at its network that has not come yet: a letter counts by them. */
export function futureDays(
  { submitted_on, processed_on }: ReturnType<typeof toFacts>,
  at: Date,
): ('submittedOn' | 'processedOn')[] {
  const today = localDay(at);
  const days = [
    ['submittedOn', submitted_on],
    ['processedOn', processed_on],
  ] as const;
  return days.flatMap(([name, told]) => (told !== null && told > today ? [name] : []));
}

/** The names of the fields that tell facts. */
export const factFieldNames = Object.keys(factFields);

/**
 * Kinds of notices: a complaint of the customer, a question of the bank before a dispute, a dispute, or the
 * bank's second attempt.
 */
export const noticeKinds = ['complaint', 'inquiry', 'dispute', 'second'] as const;
export type NoticeKind = Exclude<(typeof noticeKinds)[number], 'complaint'>;

/** The form of a notice. */
export const noticeForm = z
  .object({
    order: z
      .string('disputes.error_order')
      .transform((value) => value.trim())
      .pipe(z.string().regex(MERCHANT_OID, 'disputes.error_order')),
    reference: optional(z.string().regex(REFERENCE, 'disputes.error_reference')),
    kind: z.enum(noticeKinds, 'disputes.error_kind'),
    receivedOn: someDay,
    ...factFields,
  })
  .superRefine(({ kind, reference: number }, context) => {
    // A complaint has reached no bank, so it has no reference yet.
    if (kind !== 'complaint' && number === null)
      context.addIssue({ code: 'custom', path: ['reference'], message: 'disputes.error_reference' });
  })
  .transform(({ order, reference: number, kind, receivedOn, ...facts }) => ({
    merchantOid: order,
    reference: number ?? '',
    kind,
    receivedAt: new Date(`${receivedOn}T00:00:00+03:00`),
    ...toFacts(facts),
  }));

/** The form that corrects what is known of a case. */
export const factsForm = z.object(factFields).transform(toFacts);

/** The form of a decision of the bank. Nothing is lost in a case that was won. */
export const decisionForm = z
  .object({
    decision: z.enum(['won', 'lost'], 'disputes.error_decision'),
    lostAmount: optionalAmount,
    fee: optionalAmount,
    note: optionalWords(WORDS_MAX),
  })
  .superRefine(({ decision, lostAmount }, context) => {
    if (decision === 'won' && lostAmount !== null)
      context.addIssue({ code: 'custom', path: ['lostAmount'], message: 'disputes.error_wonAndLost' });
  });

/** The form that accepts an objection. */
export const acceptForm = z.object({ amount: optionalAmount, note: optionalWords(WORDS_MAX) });

/** The form of the second step of sending: the package that was looked at, and how it goes. */
export const sendForm = z.object({
  packageId: z.coerce.number('disputes.error_package').int().positive(),
  channel: z.enum(answerChannels, 'disputes.error_channel'),
  sentTo: optionalWords(SENT_TO_MAX),
  once: z.literal('on', 'disputes.error_once'),
});
