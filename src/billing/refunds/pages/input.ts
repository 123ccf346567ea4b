import { z } from 'zod';
import { composeLine, isReadableLine } from '../../../web/text-line.ts';
import { parseMajor } from '../../paytr/minor-units.ts';
import { MERCHANT_OID } from '../../paytr/token.ts';
import { refundPolicies } from '../queries.ts';

/** `/payments/:order` and below it `/refunds/:id`. */
export const paymentAddress = z.object({ order: z.string().regex(MERCHANT_OID) });

const REASON_MIN = 3;
const REASON_MAX = 500;

/** Words of an operator that stand in the evidence, typed in several lines and kept in one. */
export const operatorWords = z
  .string('refunds.error_reason')
  .transform((text) => composeLine(text.replace(/[\r\n]+/g, ' ')))
  .refine((text) => text.length >= REASON_MIN && text.length <= REASON_MAX, 'refunds.error_reason')
  .refine(isReadableLine, 'refunds.error_reason');

const policy = z.enum(refundPolicies, 'refunds.error_policy');
const paidTime = z.enum(['ends', 'stays'], 'refunds.error_paidTime');

/** A refund that an operator asks for. The amount is read for a part only; null means all that is left. */
export const refundForm = z
  .object({
    extent: z.enum(['full', 'partial'], 'refunds.error_extent'),
    amount: z.string().max(40).catch(''),
    policy,
    reason: operatorWords,
    paidTime,
  })
  .transform(({ amount, extent, paidTime: chosen, ...rest }, context) => {
    const amountMinor = extent === 'full' ? null : parseMajor(amount);
    if (extent === 'partial' && (amountMinor === null || amountMinor === 0))
      context.issues.push({
        code: 'custom',
        input: amount,
        path: ['amount'],
        message: 'refunds.error_amount',
      });
    return { ...rest, amountMinor, endsPaidTime: chosen === 'ends' };
  });

/** The names of the fields of `refundForm`. */
export const refundFields = ['extent', 'amount', 'policy', 'reason', 'paidTime'] as const;

/** Whether a refund of the panel ends the paid time, and why it was made. */
export const effectForm = z
  .object({ policy, reason: operatorWords, paidTime })
  .transform(({ paidTime: chosen, ...rest }) => ({ ...rest, endsPaidTime: chosen === 'ends' }));

/** The reason for which an unknown refund counts as not made. */
export const closeForm = z.object({ note: operatorWords });
