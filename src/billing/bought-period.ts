import type { Currency } from '../currency.ts';
import { DAY_MS } from '../durations.ts';
import type { PaidPlan } from '../plan.ts';
import { addMonths, nextPeriod, sameDayBefore, type Period } from './period.ts';
import { isUpgrade, PERIOD_MONTHS } from './plans.ts';
import { pricesOf, pricesPaid, type PlanPrices, type PriceFacts, type UpgradeFacts } from './price-facts.ts';
import type { Subscription } from './queries.ts';
import { columnsOf, segmentsOf, type PaidColumns, type PaidPlans, type Segment } from './segments.ts';
import { paidUntilOf } from './subscription-state.ts';

/** A company's plan in force, its paid time, and by which prices the newest part of it was paid. */
export type PlanInForce = PaidPlans &
  Pick<Subscription, 'billing_currency' | 'paid_prices' | 'wanted_plan' | 'grace_plan'>;

/** An order: one month of a plan or an upgrade to it, by the price that was frozen for it. */
export interface PlanOrder {
  plan: PaidPlan;
  currency: Currency;
  /** Null for an order from before there were price lists. */
  price_facts: PriceFacts | null;
}

/** The rest of a smaller plan's paid time, and how many days of the larger plan it became (perhaps none). */
export interface Conversion {
  from: PaidPlan;
  leftMs: number;
  days: number;
}

/** The period that a payment buys, with what follows from it for the company's paid time. */
export interface BoughtPeriod extends Period {
  /** Null unless a smaller plan's paid time was still running. */
  conversion: Conversion | null;
  /** The day that later months keep (`subscriptions.period_started_at`). */
  monthsCountedFrom: Date;
  /** The plans of the paid time afterwards. */
  paid: PaidColumns;
  /** The plan of the days of grace after it (`subscriptions.grace_plan`); null: the last plan. */
  gracePlan: PaidPlan | null;
}

/**
 * The period that an order buys when it is paid at `at`. A payment never gives more than it cost.
 *
 * 1. With no paid time left, the month begins at the payment; in the days of grace, where the paid time
 *    ended (`nextPeriod`). Time that a cancellation gave up is left: the payment goes on with it.
 * 2. While the same plan's paid time runs, the month follows it.
 * 3. While a smaller plan's paid time runs, the month begins at the payment. The rest of the smaller plan's
 *    time becomes days of the larger plan, by the ratio of their prices as they were frozen for the order.
 * 4. These days are rounded down, so the buyer loses less than a day. A day counts the same in every month.
 * 5. When the newest paid time was paid in another currency, the ratio is also taken of the prices that it
 *    was paid by, and the fewer days count: the ratio of two plans' prices is not the same in each currency.
 * 6. A smaller plan's month follows the larger one's time: it is in force from then on.
 * 7. An upgrade, counted when it was ordered (`upgradeFacts`), puts the larger plan in the place of smaller
 *    ones, from the payment or from where their time begins, and moves no end. An order of a larger month
 *    falls under 3 when the smaller plan's time was bought after the order was placed.
 * 8. The days of grace have the plan that a whole month was paid for: an upgrade counts from a month on.
 *
 * An order that does not fit the paid time (`checkOrder`) buys nothing.
 */
export function boughtPeriod(inForce: PlanInForce, order: PlanOrder, at: Date): BoughtPeriod {
  const segments = segmentsOf(inForce, at);
  const last = segments.at(-1);
  const upgrade = order.price_facts?.upgrade;
  if (last === undefined)
    return { ...firstMonth(inForce, order.plan, at), conversion: null, gracePlan: null };
  const monthsCountedFrom = inForce.period_started_at ?? last.end;
  if (upgrade !== undefined) {
    const gracePlan = hasWholeMonth(upgrade) ? null : (inForce.grace_plan ?? last.plan);
    return { ...upgradedPeriod(segments, order.plan), conversion: null, monthsCountedFrom, gracePlan };
  }
  if (!isUpgrade(last.plan, order.plan)) {
    const month = nextPeriod(inForce, at);
    const paid = columnsOf([...segments, { plan: order.plan, ...month }]) ?? onlyPlan(order.plan, month.end);
    return { ...month, conversion: null, monthsCountedFrom, paid, gracePlan: null };
  }
  return convertedPeriod(inForce, order, { from: last.plan, paidUntil: last.end, at });
}

/** A month while no paid time is left. In grace those after it are counted from the same day as before. */
function firstMonth(
  inForce: PlanInForce,
  plan: PaidPlan,
  at: Date,
): Period & Pick<BoughtPeriod, 'monthsCountedFrom' | 'paid'> {
  const month = nextPeriod(inForce, at);
  const isFollowing = month.start.getTime() === paidUntilOf(inForce)?.getTime();
  const monthsCountedFrom = isFollowing ? (inForce.period_started_at ?? month.start) : month.start;
  return { ...month, monthsCountedFrom, paid: onlyPlan(plan, month.end) };
}

/** True when a whole month of the larger plan was paid for, by the difference. */
function hasWholeMonth({ parts }: UpgradeFacts): boolean {
  return parts.some(({ months }) => months > 0);
}

function onlyPlan(plan: PaidPlan, end: Date): PaidColumns {
  return { plan, period_ends_at: end, next_plan: null, next_period_ends_at: null };
}

function upgradedPeriod(segments: Segment[], to: PaidPlan): Period & { paid: PaidColumns } {
  const smaller = segments.filter(({ plan }) => isUpgrade(plan, to));
  const paid = columnsOf(
    segments.map((segment) => (isUpgrade(segment.plan, to) ? { ...segment, plan: to } : segment)),
  );
  const [first, end] = [smaller[0]?.start, smaller.at(-1)?.end];
  if (paid === null || first === undefined || end === undefined)
    throw new Error('Bug! An upgrade of paid time that is not there');
  return { start: first, end, paid };
}

function convertedPeriod(
  inForce: PlanInForce,
  order: PlanOrder,
  { from, paidUntil, at }: { from: PaidPlan; paidUntil: Date; at: Date },
): BoughtPeriod {
  const leftMs = paidUntil.getTime() - at.getTime();
  const ofOrder = daysWorth(leftMs, from, order.plan, pricesOf(order));
  const days =
    inForce.billing_currency === order.currency
      ? ofOrder
      : Math.min(ofOrder, daysWorth(leftMs, from, order.plan, pricesPaid(inForce)));
  const monthEnd = addMonths(at, PERIOD_MONTHS);
  const end = new Date(monthEnd.getTime() + days * DAY_MS);
  // Added days move the end to another day of the month, and from then on that is the day to keep.
  const monthsCountedFrom = days === 0 ? at : sameDayBefore(end);
  const conversion = { from, leftMs, days };
  return { start: at, end, conversion, monthsCountedFrom, paid: onlyPlan(order.plan, end), gracePlan: null };
}

/** The whole days of a larger plan that have the price of some time of a smaller one. */
function daysWorth(leftMs: number, from: PaidPlan, to: PaidPlan, prices: PlanPrices): number {
  return Number((BigInt(leftMs) * BigInt(prices[from])) / (BigInt(prices[to]) * BigInt(DAY_MS)));
}
