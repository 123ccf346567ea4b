import type { BoughtPeriod, PlanInForce } from '../bought-period.ts';
import { checkOrder, plansThatFit, type OrderRefusal } from '../order-rules.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Payment } from '../queries.ts';

/** The gateway's report on one order, in a notification or as an answer. Amounts are in minor units. */
export interface PaymentReport {
  /** `review`: an operator takes a charge in review for the order, once the gateway has confirmed it. */
  source: 'callback' | 'status-query' | 'review';
  /** `success`, `failed`, or anything else. */
  status: string;
  /** Null when the text was no whole number. */
  chargedMinor: number | null;
  /** ISO code; null when the gateway did not name it. */
  currency: string | null;
  testMode: boolean;
  /** True when it says that some of the money was given back. */
  isRefunded: boolean;
  /** The order's amount and the charge as an answer to a question names them; null where nobody asked. */
  orderedMinor: number | null;
  totalConfirmedMinor: number | null;
  paymentType: string | null;
  installmentCount: number | null;
  failedReasonCode: string | null;
  failedReasonMessage: string | null;
}

/** Why a charge is not taken for the order: it stays in review until a person has looked at it. */
export const reviewReasons = [
  'amount_unreadable',
  'amount_below_order',
  'amounts_differ',
  'currency_mismatch',
  'test_payment',
  'refunded',
  'lower_plan',
  'upgrade_ahead',
  'too_far_ahead',
  'paid_time_changed',
] as const;
type ReviewReason = (typeof reviewReasons)[number];

export type Decision =
  | { outcome: 'failed' | 'repeat' | 'ignored' | 'unknown-status' }
  /** With the period that the charge buys. */
  | { outcome: 'paid'; period: BoughtPeriod }
  /**
   * `fits` is there when only the order rule refuses: from when on the charge fits, and which plans fit now.
   * Null: it never will.
   */
  | { outcome: 'review'; reason: ReviewReason; fits?: { from: Date | null; plans: PaidPlan[] } };

/** The facts that decide beside the gateway's report. */
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
  'paid-time-changed': 'paid_time_changed',
};

/** The reasons that are about the company's other paid time, and not about the charge. */
export const misfitReasons: readonly ReviewReason[] = Object.values(misfits);

/**
 * Decides what a report of the gateway does to an order; changes nothing itself. Source: the decision table
 * of PayTR's own WHMCS module 9.0.3, iFrame API step 2.
 *
 * 1. `success` is final: it counts also after `failed`, expiry or a refusal of ours, and a later `failed`
 *    does not undo it.
 * 2. A charge that is not as ordered goes to review, once.
 * 3. A charge as ordered goes to review when it no longer fits the company's paid time (`checkOrder`):
 *    another order may have been paid meanwhile.
 */
export function decideSettlement(
  payment: Pick<Payment, 'status' | 'plan' | 'amount_minor' | 'currency' | 'price_facts' | 'test_mode'>,
  report: PaymentReport,
  { production, inForce, at }: Circumstances,
): Decision {
  if (report.status === 'failed') return decideFailure(payment.status);
  // A bank transfer was announced (EFT): nothing is charged yet, and its notice wants an OK like every other.
  if (report.status === 'info' && report.chargedMinor === null) return { outcome: 'ignored' };
  if (report.status !== 'success') return { outcome: 'unknown-status' };
  if (isCharged(payment.status)) return { outcome: 'repeat' };
  const reason = findMismatch(payment, report, production);
  if (reason !== null) return { outcome: 'review', reason };
  const checked = checkOrder(inForce, payment, at);
  if (checked.ok) return { outcome: 'paid', period: checked.period };
  const fits = { from: checked.possibleAt, plans: plansThatFit(inForce, payment, at) };
  return { outcome: 'review', reason: misfits[checked.reason], fits };
}

function decideFailure(status: Payment['status']): Decision {
  if (isCharged(status)) return { outcome: 'ignored' };
  return { outcome: status === 'failed' ? 'repeat' : 'failed' };
}

/** A charge is settled once: what became of it since is not for another notification to say. */
export function isCharged(status: Payment['status']): boolean {
  return status === 'success' || status === 'review' || status === 'refunded';
}

/**
 * Finds why a charge is not as ordered. A higher amount is fine, since instalments cost more; a lower one is
 * not. A missing currency is taken for ours: PayTR does not sign it, but sends it with each success.
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
  if (report.chargedMinor < payment.amount_minor) return 'amount_below_order';
  const { orderedMinor, totalConfirmedMinor } = report;
  const isOrdered = orderedMinor === null || orderedMinor === payment.amount_minor;
  const isConfirmed = totalConfirmedMinor === null || totalConfirmedMinor === report.chargedMinor;
  return isOrdered && isConfirmed ? null : 'amounts_differ';
}
