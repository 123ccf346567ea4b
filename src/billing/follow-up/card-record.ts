import { z } from 'zod';
import { field, maybeCount, maybeText, text, time } from '../../record-fields.ts';

/** The payment service's answer about the card of a payment, as the bundle has it. */
export const cardRecord = z.strictObject({
  asked_at: time('When the payment service was asked.'),
  masked_pan: maybeText(
    'First six and last four digits of the card number, as the payment service masks it.',
  ),
  card_brand: maybeText('Card programme, such as BONUS; null when not told.'),
  card_bank: maybeText('Bank that issued the card; null when the payment service does not know it.'),
  card_scheme: maybeText('VISA, MASTERCARD, TROY or another; null when not told.'),
  card_type: maybeText('credit or debit; null when not told.'),
  installment_count: maybeCount(
    'Number of instalments as the payment service counts; 0 is a single payment.',
  ),
  payment_type: maybeText('Means of payment as the payment service names it here.'),
  fee_minor: maybeCount('Commission of the payment service, in minor units.'),
  net_minor: maybeCount('What the payment service pays out, in minor units.'),
  payment_date: maybeText(
    'Time of the payment as the payment service writes it; it does not state the zone.',
  ),
  three_d: field(
    z.record(z.string(), z.string()).nullable(),
    'Everything in the answer whose name speaks of 3-D Secure; null when there was nothing.',
  ),
  answer: text('The answer to the question about the payment as it came, cut to a bound.'),
  bin_answer: maybeText('The answer to the question about the first digits of the card as it came.'),
});
