import { nextPeriod, addMonths, type Period } from './period.ts';
import { isUpgrade, PERIOD_MONTHS, type PaidPlan } from './plans.ts';
import type { Subscription } from './queries.ts';

/** Nobody pays for more than a year ahead: prices and plans change, and a long prepayment is a long dispute. */
export const MAX_MONTHS_AHEAD = 12;

/** Why a plan cannot be bought now, and when it can. */
export interface OrderRefusal {
  reason: 'lower-plan' | 'upgrade-ahead' | 'too-far-ahead';
  possibleAt: Date;
}

/**
 * Whether a plan may be bought now, and the period it would buy. A lower plan waits until the higher paid time is over.
 * A higher plan applies at once while its own month follows the paid time, so it waits until at most one month is left:
 * else a year of the small plan could be lifted with one payment for the big one.
 */
export function checkOrder(
  subscription: Pick<Subscription, 'plan' | 'period_ends_at'>,
  plan: PaidPlan,
  at: Date,
): { ok: true; period: Period } | ({ ok: false } & OrderRefusal) {
  const period = nextPeriod(subscription, at);
  const paidUntil = subscription.period_ends_at;
  if (paidUntil !== null && paidUntil > at) {
    if (isUpgrade(plan, subscription.plan)) return { ok: false, reason: 'lower-plan', possibleAt: paidUntil };
    const oneMonthBefore = addMonths(paidUntil, -PERIOD_MONTHS);
    if (isUpgrade(subscription.plan, plan) && oneMonthBefore > at) {
      return { ok: false, reason: 'upgrade-ahead', possibleAt: oneMonthBefore };
    }
  }
  if (period.end > addMonths(at, MAX_MONTHS_AHEAD)) {
    return { ok: false, reason: 'too-far-ahead', possibleAt: addMonths(period.end, -MAX_MONTHS_AHEAD) };
  }
  return { ok: true, period };
}
