import type { ReasonCode } from '../../../src/disputes/reasons/reason-codes.ts';

export type Situation = 'used' | 'unused' | 'cancelled' | 'refunded' | 'cancelled before a renewal';

type Expected = Record<Exclude<ReasonCode['family'], 'cancelled'>, string>;

/** Nothing in the records says how the bank authorized the payment: PayTR has to be asked. */
const ofUse: Expected = {
  fraud: 'digital_goods',
  unrecognized: 'digital_goods recognition turkish_documents',
  not_received: 'delivered turkish_documents',
  not_as_described: 'as_described',
  credit_not_processed: 'nothing_due',
  duplicate: 'only_payment',
  amount: 'amount_agreed turkish_documents',
  authorization: '',
  general: 'delivered order_and_use',
};

/** Without use only the papers about the order are left. */
const unused: Expected = {
  ...ofUse,
  ...{ fraud: '', not_received: '', not_as_described: '', credit_not_processed: '', general: '' },
  unrecognized: 'recognition turkish_documents',
};

/** The payer got the money back: the first answer to everything. */
const refunded: Expected = {
  ...ofUse,
  credit_not_processed: 'turkish_documents',
};

/** The renewal of this scene has no receipt by mail and no legal invoice; it has a history. */
const renewal: Expected = {
  ...ofUse,
  fraud: 'digital_goods recurring_history',
  unrecognized: 'digital_goods',
  not_received: 'delivered',
  credit_not_processed: '',
  amount: 'amount_agreed',
};

const byFamily: Record<Situation, Expected> = {
  used: ofUse,
  unused,
  cancelled: ofUse,
  refunded,
  'cancelled before a renewal': renewal,
};

/** Claims of a cancelled recurring payment, which a payment that the customer made in person is not. */
const recurring = ['13.2', '4853-RC', '4841', 'C28', 'IPTAL'];

/** Claims of a cancellation without a refund. */
const unpaid = ['13.7', 'C05', 'IPTAL'];

/** The defences that have to be satisfied, in their order. */
export function expectedDefences(situation: Situation, { family, code }: ReasonCode): string[] {
  const names = family === 'cancelled' ? ofCancellation(situation, code) : byFamily[situation][family];
  return [situation === 'refunded' ? 'refunded' : '', ...names.split(' ')].filter((name) => name !== '');
}

function ofCancellation(situation: Situation, code: string): string {
  const chosen = recurring.includes(code) ? 'chosen_payment' : '';
  const due = unpaid.includes(code) ? 'nothing_due' : '';
  if (situation === 'used') return `${chosen} not_cancelled ${due}`;
  if (situation === 'unused') return chosen;
  if (situation === 'refunded') return `${chosen} not_cancelled`;
  if (situation === 'cancelled')
    return `${chosen} cancelled_afterwards not_cancelled used_after_cancellation ${due} turkish_documents`;
  return 'used_after_cancellation turkish_documents';
}
