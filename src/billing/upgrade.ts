import type { Currency } from '../currency.ts';
import { DAY_MS } from '../durations.ts';
import type { PaidPlan } from '../plan.ts';
import type { PlanInForce } from './bought-period.ts';
import { addMonths } from './period.ts';
import { isUpgrade } from './plans.ts';
import { pricesPaid, type PriceFacts, type UpgradeFacts } from './price-facts.ts';
import { segmentsOf, type Segment } from './segments.ts';

/** PayTR charges no less than one lira, dollar or euro. */
const LEAST_CHARGE_MINOR = 100;

type UpgradePart = UpgradeFacts['parts'][number];

/**
 * The parts of the paid time that a larger plan would take the place of, and what that costs; null when an
 * order of the plan is one of a month instead.
 *
 * 1. The end of the paid time stays. The price is the difference between the two plans' months, for the whole
 *    months and days that are left: a day that has begun is free.
 * 2. The credit is the amount paid for a month of the smaller plan, not its price of today.
 * 3. Where it was paid in another currency, the credit is a share of the larger plan's month: the smaller of
 *    the shares that the plans' prices give in the two currencies.
 * 4. The parts do not change from minute to minute, so an order looked at twice is the same.
 */
export function upgradeFacts(
  inForce: PlanInForce,
  order: { plan: PaidPlan; currency: Currency; facts: PriceFacts },
  at: Date,
): UpgradeFacts | null {
  const segments = segmentsOf(inForce, at);
  const last = segments.at(-1);
  if (last === undefined || !isUpgrade(last.plan, order.plan)) return null;
  const parts = segments
    .filter(({ plan }) => isUpgrade(plan, order.plan))
    .map((segment) => partOf(segment, inForce, order));
  const sum = parts.reduce((total, part) => total + part.amount_minor, 0);
  return { parts, amount_minor: Math.max(LEAST_CHARGE_MINOR, sum) };
}

function partOf(
  { plan, start, end }: Segment,
  inForce: PlanInForce,
  order: { plan: PaidPlan; currency: Currency; facts: PriceFacts },
): UpgradePart {
  const monthsBefore = (months: number): Date => addMonths(end, -months, inForce.period_started_at);
  let months = 0;
  while (monthsBefore(months + 1) >= start) months += 1;
  const monthEnd = monthsBefore(months);
  const days = Math.floor((monthEnd.getTime() - start.getTime()) / DAY_MS);
  const monthDays = Math.round((monthEnd.getTime() - monthsBefore(months + 1).getTime()) / DAY_MS);
  const credit = creditOf(plan, inForce, order);
  const difference = BigInt(Math.max(0, order.facts.prices[order.plan] - credit));
  const amount = (difference * BigInt(months * monthDays + days)) / BigInt(monthDays);
  return {
    plan,
    until: end.toISOString(),
    ...{ months, days, month_days: monthDays, credit_minor: credit, amount_minor: Number(amount) },
  };
}

/** The credit for a month of a smaller plan, in minor units of the order's currency. */
function creditOf(
  plan: PaidPlan,
  inForce: PlanInForce,
  { plan: to, currency, facts }: { plan: PaidPlan; currency: Currency; facts: PriceFacts },
): number {
  const paid = pricesPaid(inForce);
  if (inForce.billing_currency === currency) return paid[plan];
  const share = (prices: Record<PaidPlan, number>): number =>
    Number((BigInt(facts.prices[to]) * BigInt(prices[plan])) / BigInt(prices[to]));
  return Math.min(share(paid), share(facts.prices));
}

/** True when the paid time is still the one that an upgrade was counted for. */
export function fitsUpgrade(
  inForce: PlanInForce,
  plan: PaidPlan,
  { parts }: UpgradeFacts,
  at: Date,
): boolean {
  const now = segmentsOf(inForce, at).filter((segment) => isUpgrade(segment.plan, plan));
  return (
    now.length === parts.length &&
    now.every(
      (segment, index) =>
        segment.plan === parts[index]?.plan && segment.end.toISOString() === parts[index].until,
    )
  );
}
