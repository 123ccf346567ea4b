import type { BoughtPeriod, PlanInForce } from '../bought-period.ts';
import { checkOrder, plansThatFit, type OrderRefusal } from '../order-rules.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Payment } from '../queries.ts';

/** What the gateway says of one order, by a signed notification or asked. Amounts in minor units. */
export interface PaymentReport {
  source: 'callback' | 'status-query';
  /** `success`, `failed`, or anything else. */
  status: string;
  /** Null when the text was no whole number. */
  chargedMinor: number | null;
  /** ISO code; null when the gateway did not name it. */
  currency: string | null;
  testMode: boolean;
  /** True when it says that some of the money was given back. */
  isRefunded: boolean;
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
  'refunded',
  'lower_plan',
  'upgrade_ahead',
  'too_far_ahead',
] as const;
type ReviewReason = (typeof reviewReasons)[number];

export type Decision =
  | { outcome: 'failed' | 'repeat' | 'ignored' | 'unknown-status' }
  /** With the period that the charge buys. */
  | { outcome: 'paid'; period: BoughtPeriod }
  /**
   * `fits` is there when only the order rule stands against it: from when on it fits, and which plans fit
   * now.
   */
  | { outcome: 'review'; reason: ReviewReason; fits?: { from: Date; plans: PaidPlan[] } };

/** What an order is decided by beside what the gateway reports. */
interface Circumstances {
  production: boolean;
  /** The company's plan and paid time, locked. */
  inForce: PlanInForce;
  at: Date;
}

const misfits: Record<OrderRefusal['reason'], ReviewReason> = {
  'lower-plan': 'lower_plan',
  'upgrade-ahead': 'upgrade_ahead',
  'too-far-ahead': 'too_far_ahead',
};

/** Of these, the reasons that are about what else the company has paid for, and not about the charge. */
export const misfitReasons: readonly ReviewReason[] = Object.values(misfits);

/**
 * What one word of the gateway does to an order; changes nothing itself. `success` is final and never
 * ignored, also after `failed`, expiry or a refusal of ours; `failed` never undoes it. A charge that is not
 * as ordered goes to review, once, and so does one that no longer fits what the company has paid for since
 * the order was placed (`checkOrder`). Source: the decision table of PayTR's own WHMCS module 9.0.3, iFrame
 * API step 2.
 */
export function decideSettlement(
  payment: Pick<Payment, 'status' | 'plan' | 'amount_minor' | 'currency' | 'test_mode'>,
  report: PaymentReport,
  { production, inForce, at }: Circumstances,
): Decision {
  if (report.status === 'failed') return decideFailure(payment.status);
  // A bank transfer was announced (EFT): nothing is charged yet, and its notice wants an OK like every other.
  if (report.status === 'info' && report.chargedMinor === null) return { outcome: 'ignored' };
  if (report.status !== 'success') return { outcome: 'unknown-status' };
  if (payment.status === 'success' || payment.status === 'review') return { outcome: 'repeat' };
  const reason = findMismatch(payment, report, production);
  if (reason !== null) return { outcome: 'review', reason };
  const checked = checkOrder(inForce, payment, at);
  if (checked.ok) return { outcome: 'paid', period: checked.period };
  const fits = { from: checked.possibleAt, plans: plansThatFit(inForce, payment.currency, at) };
  return { outcome: 'review', reason: misfits[checked.reason], fits };
}

function decideFailure(status: Payment['status']): Decision {
  if (status === 'success' || status === 'review') return { outcome: 'ignored' };
  return { outcome: status === 'failed' ? 'repeat' : 'failed' };
}

/**
 * More than the order is fine (instalment surcharge), less is not. A currency that is not named is taken for
 * ours: PayTR signs neither, and sends it with each success.
 */
function findMismatch(
  payment: Pick<Payment, 'amount_minor' | 'currency' | 'test_mode'>,
  report: PaymentReport,
  production: boolean,
): ReviewReason | null {
  // PayTR does not sign test_mode: in production an order that was opened as a test is one whatever the
  // notice says.
  const isTest = production ? report.testMode || payment.test_mode : report.testMode && !payment.test_mode;
  if (isTest) return 'test_payment';
  if (report.isRefunded) return 'refunded';
  if (report.currency !== null && report.currency !== payment.currency) return 'currency_mismatch';
  if (report.chargedMinor === null) return 'amount_unreadable';
  return report.chargedMinor < payment.amount_minor ? 'amount_below_order' : null;
}
