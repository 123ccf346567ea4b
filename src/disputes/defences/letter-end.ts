import { recordOf } from '../facts/fact-record.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import type { AssessedCase } from './assessment.ts';
import { standingCancellation } from './cancellation.ts';
import { claimOfFraud } from '../reasons/claim-of-fraud.ts';
import { sentence, type LetterSentence } from './letter-sentence.ts';
import { doneRefunds, sumOf } from './money-pieces.ts';
import type { PieceId } from './piece-ids.ts';

type Has = (...ids: PieceId[]) => boolean;

/** How it ended: cancellations, refunds, other orders and the invoice. */
export function endSentences(facts: PaymentFacts, has: Has, dispute: AssessedCase): LetterSentence[] {
  return [
    ...cancellation(facts, has),
    ...refunds(facts, has),
    ...orders(facts, has),
    ...amount(facts, has),
    ...invoice(facts, has),
    ...claim(facts, has, dispute),
  ];
}

function cancellation(facts: PaymentFacts, has: Has): LetterSentence[] {
  return [...(has('no_cancellation') ? notCancelled(facts) : []), ...cancelledAt(facts, has)];
}

function notCancelled({ order }: PaymentFacts): LetterSentence[] {
  const records = [recordOf('subscription', order.company_id), order.record];
  return sentence('not_cancelled', records, { at: order.created_at }, [
    { found: 'cancellations_before', value: 0 },
    { record: order.record, column: 'created_at', value: order.created_at },
  ]);
}

function cancelledAt(facts: PaymentFacts, has: Has): LetterSentence[] {
  const found = standingCancellation(facts);
  if (found === undefined || !has('cancellation_later', 'cancellation_record')) return [];
  const { record, requested_at } = found;
  return sentence('cancelled_at', [record], { at: requested_at }, [
    { record, column: 'timestamp', value: requested_at },
    { record, column: 'action_type', value: 'subscription_change' },
  ]);
}

function refunds(facts: PaymentFacts, has: Has): LetterSentence[] {
  const done = doneRefunds(facts);
  const last = done.at(-1);
  if (last?.decided_at != null) {
    const minor = sumOf(done);
    const { record, currency, decided_at: at } = last;
    const records = done.map((refund) => refund.record);
    return sentence('refunded', records, { amount: { minor, currency }, at }, [
      { found: 'refunded_minor', value: minor },
      { record, column: 'currency', value: currency },
      { record, column: 'decided_at', value: at },
    ]);
  }
  return has('nothing_promised')
    ? sentence('no_refund_promised', [facts.order.record], {}, [{ found: 'promised_refunds', value: 0 }])
    : [];
}

function orders({ order, neighbours }: PaymentFacts, has: Has): LetterSentence[] {
  if (has('only_payment'))
    return sentence('only_payment', [order.record], { order: order.merchant_oid }, [
      { found: 'neighbours', value: 0 },
      { record: order.record, column: 'merchant_oid', value: order.merchant_oid },
    ]);
  if (!has('other_order')) return [];
  return neighbours.flatMap(({ record, merchant_oid, period }) =>
    period === null
      ? sentence('other_order', [order.record, record], { order: merchant_oid }, [
          { record, column: 'merchant_oid', value: merchant_oid },
        ])
      : sentence(
          'other_period',
          [order.record, record, period.record],
          { order: merchant_oid, from: period.start, until: period.end },
          [
            { record, column: 'merchant_oid', value: merchant_oid },
            { record: period.record, column: 'period_start', value: period.start },
            { record: period.record, column: 'period_end', value: period.end },
          ],
        ),
  );
}

function amount({ order, consent }: PaymentFacts, has: Has): LetterSentence[] {
  if (!has('amount_charged') || consent === null) return [];
  const money = { minor: order.amount_minor, currency: order.currency };
  return sentence(
    'amount_agreed',
    [consent.record, order.record],
    { amount: money, button: consent.button },
    [
      { record: consent.record, column: 'button', value: consent.button },
      { record: order.record, column: 'amount_minor', value: order.amount_minor },
      { record: order.record, column: 'charged_minor', value: order.amount_minor },
      { record: order.record, column: 'currency', value: order.currency },
    ],
  );
}

function invoice({ legal_invoices }: PaymentFacts, has: Has): LetterSentence[] {
  const found = legal_invoices.find(({ is_return, ettn }) => !is_return && ettn !== null);
  if (!has('legal_invoice') || found?.ettn == null || found.number === null) return [];
  return sentence('legal_invoice', [found.record], { number: found.number, ettn: found.ettn }, [
    { record: found.record, column: 'number', value: found.number },
    { record: found.record, column: 'ettn', value: found.ettn },
  ]);
}

/** The claim itself, quoted, and its day in the bank's notice. */
function claim({ order }: PaymentFacts, has: Has, dispute: AssessedCase): LetterSentence[] {
  const { dispute_id, processed_on } = dispute;
  if (dispute_id === undefined) return [];
  const record = recordOf('dispute', dispute_id);
  const quote = has('claim_of_fraud') ? claimOfFraud(dispute.claim) : null;
  const contradicts =
    quote === null
      ? []
      : sentence('claim_contradicts', [record], { claim: quote }, [
          { record, column: 'claim', contains: quote },
        ]);
  const { charged_at: at } = order;
  if (!has('filed_late') || processed_on == null || at === null) return contradicts;
  const late = sentence('filed_late', [order.record, record], { at, day: processed_on }, [
    { record: order.record, column: 'charged_at', value: at },
    { record, column: 'processed_on', value: processed_on },
  ]);
  return [...late, ...contradicts];
}
