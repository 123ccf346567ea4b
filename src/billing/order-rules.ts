import { boughtPeriod, type BoughtPeriod, type PlanInForce, type PlanOrder } from './bought-period.ts';
import { addMonths, isCancelled } from './period.ts';
import { isUpgrade, PERIOD_MONTHS } from './plans.ts';
import { type PaidPlan, paidPlans } from '../plan.ts';
import type { Currency } from '../currency.ts';
import type { PaidMonths, PriceFacts } from './price-facts.ts';
import { segmentsOf } from './segments.ts';
import { fitsUpgrade, upgradeFacts } from './upgrade.ts';

/**
 * Nobody pays for more than a year ahead: prices and plans change, and a long prepayment is a long dispute.
 */
export const MAX_MONTHS_AHEAD = 12;

/**
 * Why an order cannot be placed or used now, and from when on it can. An upgrade whose paid time has changed
 * can never be used.
 */
export type OrderRefusal =
  | { reason: 'lower-plan' | 'upgrade-ahead' | 'too-far-ahead'; possibleAt: Date }
  | { reason: 'paid-time-changed'; possibleAt: null };

/**
 * Decides whether an order may be used now, and which period it buys (`boughtPeriod`).
 *
 * 1. A lower plan follows a higher one's paid time when the company wants it from then on (`wanted_plan`), or
 *    has given that time up by a cancellation. Otherwise it waits until that time is over. Beside the plan in
 *    force one more can be paid ahead; what is bought then is months of that.
 * 2. A month of a higher plan, ordered before the lower paid time was bought, applies at once and turns the
 *    rest of it into few days of its own. So it waits until at most one month is left.
 * 3. An upgrade is good for the paid time that it was counted for, and for no other.
 * 4. The paid time never reaches further ahead than `MAX_MONTHS_AHEAD`.
 *
 * The rule is asked when an order is placed, when its payment page is shown again, and when the gateway
 * reports the charge, since another order may have been paid in between.
 */
export function checkOrder(
  inForce: PlanInForce,
  order: PlanOrder,
  at: Date,
): { ok: true; period: BoughtPeriod } | ({ ok: false } & OrderRefusal) {
  const upgrade = order.price_facts?.upgrade;
  const refusal =
    upgrade === undefined ? refuseMonth(inForce, order.plan, at) : refuseUpgrade(inForce, order, at);
  if (refusal !== null) return { ok: false, ...refusal };
  const period = boughtPeriod(inForce, order, at);
  const oneYearBefore = addMonths(period.end, -MAX_MONTHS_AHEAD, inForce.period_started_at);
  if (at < oneYearBefore && upgrade === undefined)
    return { ok: false, reason: 'too-far-ahead', possibleAt: oneYearBefore };
  return { ok: true, period };
}

function refuseMonth(inForce: PlanInForce, plan: PaidPlan, at: Date): OrderRefusal | null {
  const segments = segmentsOf(inForce, at);
  const [first, last] = [segments[0], segments.at(-1)];
  if (first === undefined || last === undefined || last.plan === plan) return null;
  if (segments.length > 1) return { reason: 'lower-plan', possibleAt: first.end };
  if (isUpgrade(plan, last.plan))
    return inForce.wanted_plan === plan || isCancelled(inForce, at)
      ? null
      : { reason: 'lower-plan', possibleAt: last.end };
  // The rule compares with the very moment it promises. Adding a month to `at` instead would refuse some of
  // them again: a month after both 28 and 31 January is 28 February.
  const oneMonthBefore = addMonths(last.end, -PERIOD_MONTHS, inForce.period_started_at);
  return at < oneMonthBefore ? { reason: 'upgrade-ahead', possibleAt: oneMonthBefore } : null;
}

function refuseUpgrade(inForce: PlanInForce, order: PlanOrder, at: Date): OrderRefusal | null {
  const upgrade = order.price_facts?.upgrade;
  if (upgrade !== undefined && fitsUpgrade(inForce, order.plan, upgrade, at)) return null;
  return { reason: 'paid-time-changed', possibleAt: null };
}

/** An order that may be placed now: its price with the facts that it comes from, and the period it buys. */
export interface Quote {
  amountMinor: number;
  facts: PriceFacts;
  period: BoughtPeriod;
}

/** The order of a plan by the prices on offer: a month, or an upgrade while a smaller plan's time runs. */
export function quoteOrder(
  inForce: PlanInForce,
  wish: { plan: PaidPlan; currency: Currency; facts: PriceFacts; paidMonths?: readonly PaidMonths[] },
  at: Date,
): ({ ok: true } & Quote) | ({ ok: false } & OrderRefusal) {
  const { plan, currency } = wish;
  const upgrade = upgradeFacts(inForce, wish, at);
  const facts = upgrade === null ? wish.facts : { ...wish.facts, upgrade };
  const checked = checkOrder(inForce, { plan, currency, price_facts: facts }, at);
  if (!checked.ok) return checked;
  return {
    ok: true,
    amountMinor: upgrade?.amount_minor ?? facts.prices[plan],
    facts,
    period: checked.period,
  };
}

/**
 * The plans that could be bought now by the prices of an order: what its charge, held for review, could be
 * used for.
 */
export function plansThatFit(inForce: PlanInForce, order: Omit<PlanOrder, 'plan'>, at: Date): PaidPlan[] {
  const { currency } = order;
  const price_facts = order.price_facts === null ? null : { ...order.price_facts, upgrade: undefined };
  return paidPlans.filter((plan) => checkOrder(inForce, { plan, currency, price_facts }, at).ok);
}
