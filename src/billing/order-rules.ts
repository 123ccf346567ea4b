import { boughtPeriod, type BoughtPeriod, type PlanInForce, type PlanOrder } from './bought-period.ts';
import { addMonths, isRunning } from './period.ts';
import { isUpgrade, PERIOD_MONTHS } from './plans.ts';
import { type PaidPlan, paidPlans } from '../plan.ts';

/**
 * Nobody pays for more than a year ahead: prices and plans change, and a long prepayment is a long dispute.
 */
export const MAX_MONTHS_AHEAD = 12;

/** Why a plan cannot be bought now, and from when on it can. */
export interface OrderRefusal {
  reason: 'lower-plan' | 'upgrade-ahead' | 'too-far-ahead';
  possibleAt: Date;
}

/**
 * Decides whether a plan may be bought now, and which period it would buy (`boughtPeriod`).
 *
 * 1. A lower plan waits until the higher paid time is over, or is given up by a cancellation.
 * 2. A higher plan applies at once and turns the rest of the paid time into few days of its own. So it waits
 *    until at most one month is left: one click never shortens a long prepayment.
 * 3. The paid time never reaches further ahead than `MAX_MONTHS_AHEAD`.
 *
 * The rule is asked when an order is placed, when its payment page is shown again, and when the gateway
 * reports the charge, since another order may have been paid in between.
 */
export function checkOrder(
  inForce: PlanInForce,
  order: PlanOrder,
  at: Date,
): { ok: true; period: BoughtPeriod } | ({ ok: false } & OrderRefusal) {
  const period = boughtPeriod(inForce, order, at);
  const paidUntil = inForce.period_ends_at;
  if (paidUntil !== null && isRunning(inForce, at)) {
    if (isUpgrade(order.plan, inForce.plan))
      return { ok: false, reason: 'lower-plan', possibleAt: paidUntil };
    // The rule compares with the very moment it promises. Adding a month to `at` instead would refuse some of
    // them again: a month after both 28 and 31 January is 28 February.
    const oneMonthBefore = addMonths(paidUntil, -PERIOD_MONTHS, inForce.period_started_at);
    if (isUpgrade(inForce.plan, order.plan) && at < oneMonthBefore) {
      return { ok: false, reason: 'upgrade-ahead', possibleAt: oneMonthBefore };
    }
  }
  const oneYearBefore = addMonths(period.end, -MAX_MONTHS_AHEAD, inForce.period_started_at);
  if (at < oneYearBefore) return { ok: false, reason: 'too-far-ahead', possibleAt: oneYearBefore };
  return { ok: true, period };
}

/**
 * The plans that could be bought now by the prices of an order: what its charge, held for review, could be
 * used for.
 */
export function plansThatFit(inForce: PlanInForce, order: Omit<PlanOrder, 'plan'>, at: Date): PaidPlan[] {
  const { currency, price_facts } = order;
  return paidPlans.filter((plan) => checkOrder(inForce, { plan, currency, price_facts }, at).ok);
}
