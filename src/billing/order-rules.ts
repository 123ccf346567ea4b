import { nextPeriod, addMonths, type PaidTime, type Period } from './period.ts';
import { isUpgrade, PERIOD_MONTHS } from './plans.ts';
import { type Plan, type PaidPlan, paidPlans } from '../plan.ts';

/**
 * Nobody pays for more than a year ahead: prices and plans change, and a long prepayment is a long dispute.
 */
export const MAX_MONTHS_AHEAD = 12;

/** Why a plan cannot be bought now, and from when on it can. */
export interface OrderRefusal {
  reason: 'lower-plan' | 'upgrade-ahead' | 'too-far-ahead';
  possibleAt: Date;
}

/** A company's plan in force and its paid time. */
export type PlanInForce = PaidTime & { plan: Plan };

/**
 * Decides whether a plan may be bought now, and which period it would buy. A month never gives more than it
 * cost: money that was paid for one plan gives no time of a higher one. Every charge passes this rule, at
 * three moments:
 * 1. when the order is placed;
 * 2. when its payment page is shown again, since another order may have been paid meanwhile;
 * 3. when the gateway reports the charge; one that no longer fits is held for review (`decideSettlement`). A
 *    lower plan waits until the higher paid time is over. A higher plan applies at once while its own month
 *    follows the paid time, so it waits until at most one month is left: the rest of that month is all it
 *    lifts, as the terms say.
 */
export function checkOrder(
  inForce: PlanInForce,
  plan: PaidPlan,
  at: Date,
): { ok: true; period: Period } | ({ ok: false } & OrderRefusal) {
  const period = nextPeriod(inForce, at);
  const paidUntil = inForce.period_ends_at;
  if (paidUntil !== null && paidUntil > at) {
    if (isUpgrade(plan, inForce.plan)) return { ok: false, reason: 'lower-plan', possibleAt: paidUntil };
    // The rule compares with the very moment it promises. Adding a month to `at` instead would refuse some of
    // them again: a month after both 28 and 31 January is 28 February.
    const oneMonthBefore = addMonths(paidUntil, -PERIOD_MONTHS, inForce.period_started_at);
    if (isUpgrade(inForce.plan, plan) && at < oneMonthBefore) {
      return { ok: false, reason: 'upgrade-ahead', possibleAt: oneMonthBefore };
    }
  }
  const oneYearBefore = addMonths(period.end, -MAX_MONTHS_AHEAD, inForce.period_started_at);
  if (at < oneYearBefore) return { ok: false, reason: 'too-far-ahead', possibleAt: oneYearBefore };
  return { ok: true, period };
}

/** The plans that may be bought now: what a charge held for review could be used for. */
export function plansThatFit(inForce: PlanInForce, at: Date): PaidPlan[] {
  return paidPlans.filter((plan) => checkOrder(inForce, plan, at).ok);
}
