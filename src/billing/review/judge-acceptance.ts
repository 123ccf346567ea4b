import type { Config } from '../../config/config.ts';
import { boughtPeriod, type BoughtPeriod } from '../bought-period.ts';
import { checkOrder } from '../order-rules.ts';
import type { StatusAnswer } from '../paytr/paytr.ts';
import type { Payment, Subscription } from '../queries.ts';
import { sumRefunds } from '../refunds/refundable.ts';

/** Whether a charge in review may be taken for its order now, and what it would buy. */
export type Acceptance =
  | {
      ok: true;
      period: BoughtPeriod;
      /** True when the order rule refuses it: only with the customer's consent. */
      isAgainstRules: boolean;
    }
  | { ok: false; why: 'test_payment' | 'returned' | 'paid_time_changed' }
  | { ok: false; why: 'lower_plan'; possibleAt: Date };

/**
 * Decides whether an operator may accept a charge in review.
 *
 * 1. Test money buys nothing, and neither does money that was given back.
 * 2. A smaller plan never takes the place of a larger one that is paid for: it waits until that ends.
 * 3. An upgrade was counted for other paid time than there is now: its price means nothing any more.
 * 4. The other rules for orders protect customers from a click too many; a person may set them aside.
 */
export function judgeAcceptance(
  payment: Payment,
  facts: { subscription: Subscription; refunds: Parameters<typeof sumRefunds>[1]; at: Date },
): Acceptance {
  const { subscription, refunds, at } = facts;
  if (payment.review_reason === 'test_payment') return { ok: false, why: 'test_payment' };
  if (sumRefunds(payment, refunds).doneMinor > 0) return { ok: false, why: 'returned' };
  const checked = checkOrder(subscription, payment, at);
  if (checked.ok) return { ok: true, period: checked.period, isAgainstRules: false };
  if (checked.reason === 'lower-plan')
    return { ok: false, why: 'lower_plan', possibleAt: checked.possibleAt };
  if (checked.reason === 'paid-time-changed') return { ok: false, why: 'paid_time_changed' };
  return { ok: true, period: boughtPeriod(subscription, payment, at), isAgainstRules: true };
}

/** Why the gateway's answer of this moment does not confirm a charge, with what it said instead. */
export type Unconfirmed =
  | { what: 'silent'; message: string }
  | { what: 'none' | 'test' | 'returned' }
  | { what: 'currency'; currency: string }
  | { what: 'amount'; amountMinor: number };

/** Compares the gateway's answer with a charge in review. Null when it confirms the charge. */
export function findUnconfirmed(
  payment: Payment,
  answer: StatusAnswer,
  { production }: Pick<Config, 'production'>,
): Unconfirmed | null {
  if (!answer.ok)
    return answer.reason === 'no-successful-payment'
      ? { what: 'none' }
      : { what: 'silent', message: answer.gatewayMessage };
  if (answer.currency !== payment.currency) return { what: 'currency', currency: answer.currency };
  if (answer.testMode && (production || !payment.test_mode)) return { what: 'test' };
  if (answer.returned !== undefined) return { what: 'returned' };
  const chargedMinor = payment.charged_minor ?? answer.paymentTotalMinor;
  return answer.paymentTotalMinor === chargedMinor
    ? null
    : { what: 'amount', amountMinor: answer.paymentTotalMinor };
}
