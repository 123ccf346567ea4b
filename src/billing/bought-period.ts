import type { Currency } from '../currency.ts';
import { DAY_MS } from '../durations.ts';
import type { PaidPlan } from '../plan.ts';
import { addMonths, isCarriedOn, nextPeriod, sameDayBefore, type Period } from './period.ts';
import { isUpgrade, PERIOD_MONTHS } from './plans.ts';
import { pricesOf, pricesPaid, type PlanPrices, type PriceFacts } from './price-facts.ts';
import type { Subscription } from './queries.ts';
import { columnsOf, segmentsOf, type PaidColumns, type PaidPlans, type Segment } from './segments.ts';
import { paidUntilOf } from './subscription-state.ts';

/** A company's plan in force, its paid time, and by which prices the newest part of it was paid. */
export type PlanInForce = PaidPlans & Pick<Subscription, 'billing_currency' | 'paid_prices' | 'wanted_plan'>;

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
}

/**
 * The period that an order buys when it is paid at `at`. A payment never gives more than it cost.
 *
 * 1. With no paid time running, the month begins at the payment; in the days of grace, where the paid time
 *    ended.
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
 *
 * An order that does not fit the paid time (`checkOrder`) buys nothing.
 */
export function boughtPeriod(inForce: PlanInForce, order: PlanOrder, at: Date): BoughtPeriod {
  const { period_started_at: startedAt } = inForce;
  const paidUntil = paidUntilOf(inForce);
  const segments = segmentsOf(inForce, at);
  const last = segments.at(-1);
  if (paidUntil === null || !isCarriedOn(inForce, at)) {
    const month = nextPeriod(inForce, at);
    return { ...month, conversion: null, monthsCountedFrom: at, paid: onlyPlan(order.plan, month.end) };
  }
  const monthsCountedFrom = startedAt ?? paidUntil;
  if (order.price_facts?.upgrade !== undefined && last !== undefined)
    return { ...upgradedPeriod(segments, order.plan), conversion: null, monthsCountedFrom };
  if (last === undefined || !isUpgrade(last.plan, order.plan)) {
    const month = nextPeriod(inForce, at);
    const paid = columnsOf([...segments, { plan: order.plan, ...month }]);
    const followed = last === undefined ? null : paid;
    return {
      ...month,
      conversion: null,
      monthsCountedFrom,
      paid: followed ?? onlyPlan(order.plan, month.end),
    };
  }
  return convertedPeriod(inForce, order, { from: last.plan, paidUntil, at });
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
  return { start: at, end, conversion, monthsCountedFrom, paid: onlyPlan(order.plan, end) };
}

/** The whole days of a larger plan that have the price of some time of a smaller one. */
function daysWorth(leftMs: number, from: PaidPlan, to: PaidPlan, prices: PlanPrices): number {
  return Number((BigInt(leftMs) * BigInt(prices[from])) / (BigInt(prices[to]) * BigInt(DAY_MS)));
}
