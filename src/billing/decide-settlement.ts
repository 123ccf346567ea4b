import type { Payment } from './queries.ts';

/** What the gateway says of one order, by a signed notification or asked. Amounts in minor units. */
export interface GatewayWord {
  source: 'callback' | 'status-query';
  /** `success`, `failed`, or anything else. */
  status: string;
  /** Null when the text was no whole number. */
  chargedMinor: number | null;
  /** ISO code; null when the gateway did not name it. */
  currency: string | null;
  testMode: boolean;
  paymentType: string | null;
  installmentCount: number | null;
  failedReasonCode: string | null;
  failedReasonMessage: string | null;
}

/** Why a charge is not taken for the order: it stays in review until a person has looked at it. */
export const reviewReasons = [
  'amount_unreadable',
  'amount_below_order',
  'currency_mismatch',
  'test_payment',
] as const;
export type ReviewReason = (typeof reviewReasons)[number];

export type Decision =
  | { outcome: 'paid' | 'failed' | 'repeat' | 'ignored' | 'unknown-status' }
  | { outcome: 'review'; reason: ReviewReason };

/**
 * What one word of the gateway does to an order; changes nothing itself. `success` is final and always honoured, also after
 * `failed`, expiry or a refusal of ours; `failed` never undoes it. A charge that is not as ordered goes to review, once.
 * Source: the decision table of PayTR's own WHMCS module 9.0.3, iFrame API step 2.
 */
export function decideSettlement(
  payment: Pick<Payment, 'status' | 'amount_minor' | 'currency' | 'test_mode'>,
  word: GatewayWord,
  production: boolean,
): Decision {
  if (word.status === 'failed') return decideFailure(payment.status);
  // A bank transfer was announced (EFT): nothing is charged yet, and its notice wants an OK like every other.
  if (word.status === 'info' && word.chargedMinor === null) return { outcome: 'ignored' };
  if (word.status !== 'success') return { outcome: 'unknown-status' };
  if (payment.status === 'success' || payment.status === 'review') return { outcome: 'repeat' };
  const reason = findMismatch(payment, word, production);
  return reason === null ? { outcome: 'paid' } : { outcome: 'review', reason };
}

function decideFailure(status: Payment['status']): Decision {
  if (status === 'success' || status === 'review') return { outcome: 'ignored' };
  return { outcome: status === 'failed' ? 'repeat' : 'failed' };
}

/**
 * More than the order is fine (instalment surcharge), less is not. A currency that is not named is taken for ours: PayTR
 * signs neither, and sends it with each success.
 */
function findMismatch(
  payment: Pick<Payment, 'amount_minor' | 'currency' | 'test_mode'>,
  word: GatewayWord,
  production: boolean,
): ReviewReason | null {
  // PayTR does not sign test_mode: in production an order that was opened as a test is one whatever the notice says.
  const isTest = production ? word.testMode || payment.test_mode : word.testMode && !payment.test_mode;
  if (isTest) return 'test_payment';
  if (word.currency !== null && word.currency !== payment.currency) return 'currency_mismatch';
  if (word.chargedMinor === null) return 'amount_unreadable';
  return word.chargedMinor < payment.amount_minor ? 'amount_below_order' : null;
}
