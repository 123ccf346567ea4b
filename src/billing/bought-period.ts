import type { Currency } from '../currency.ts';
import { DAY_MS } from '../durations.ts';
import type { PaidPlan } from '../plan.ts';
import {
  addMonths,
  isCarriedOn,
  isRunning,
  nextPeriod,
  sameDayBefore,
  type PaidTime,
  type Period,
} from './period.ts';
import { isUpgrade, PERIOD_MONTHS } from './plans.ts';
import { pricesOf, pricesPaid, type PlanPrices, type PriceFacts } from './price-facts.ts';
import type { Subscription } from './queries.ts';

/** A company's plan in force, its paid time, and by which prices the newest part of it was paid. */
export type PlanInForce = PaidTime & Pick<Subscription, 'plan' | 'billing_currency' | 'paid_prices'>;

/** An order: one month of a plan, by the prices that were frozen for it. */
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
 * 6. A smaller plan cannot be bought while a larger one runs (`checkOrder`).
 */
export function boughtPeriod(inForce: PlanInForce, order: PlanOrder, at: Date): BoughtPeriod {
  const { plan: from, period_started_at: startedAt, period_ends_at: paidUntil } = inForce;
  if (paidUntil === null || !isCarriedOn(inForce, at)) {
    return { ...nextPeriod(inForce, at), conversion: null, monthsCountedFrom: at };
  }
  if (!isRunning(inForce, at) || from === 'trial' || !isUpgrade(from, order.plan)) {
    return { ...nextPeriod(inForce, at), conversion: null, monthsCountedFrom: startedAt ?? paidUntil };
  }
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
  return { start: at, end, conversion: { from, leftMs, days }, monthsCountedFrom };
}

/** The whole days of a larger plan that have the price of some time of a smaller one. */
function daysWorth(leftMs: number, from: PaidPlan, to: PaidPlan, prices: PlanPrices): number {
  return Number((BigInt(leftMs) * BigInt(prices[from])) / (BigInt(prices[to]) * BigInt(DAY_MS)));
}
