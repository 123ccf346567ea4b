import type { Currency } from '../currency.ts';
import { DAY_MS } from '../durations.ts';
import type { PaidPlan } from '../plan.ts';
import { addMonths, nextPeriod, sameDayBefore, type PaidTime, type Period } from './period.ts';
import { isUpgrade, PERIOD_MONTHS, priceOf } from './plans.ts';
import type { Subscription } from './queries.ts';

/** A company's plan in force, its paid time, and the currency that the newest part of it was paid in. */
export type PlanInForce = PaidTime & Pick<Subscription, 'plan' | 'billing_currency'>;

/** An order: one month of a plan, at its list price in a currency. */
export interface PlanOrder {
  plan: PaidPlan;
  currency: Currency;
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
 * 1. With no paid time running, the month begins at the payment.
 * 2. While the same plan's paid time runs, the month follows it.
 * 3. While a smaller plan's paid time runs, the month begins at the payment. The rest of the smaller plan's
 *    time becomes days of the larger plan, by the ratio of their list prices in the currency of the order.
 * 4. These days are rounded down, so the buyer loses less than a day. A day counts the same in every month.
 * 5. When the newest paid time was paid in another currency, the ratio is taken in both and the fewer days
 *    count: the ratio of two plans' prices is not the same in each currency.
 * 6. A smaller plan cannot be bought while a larger one runs (`checkOrder`).
 */
export function boughtPeriod(inForce: PlanInForce, order: PlanOrder, at: Date): BoughtPeriod {
  const { plan: from, period_started_at: startedAt, period_ends_at: paidUntil } = inForce;
  if (paidUntil === null || paidUntil <= at) {
    return { ...nextPeriod(inForce, at), conversion: null, monthsCountedFrom: at };
  }
  if (from === 'trial' || !isUpgrade(from, order.plan)) {
    return { ...nextPeriod(inForce, at), conversion: null, monthsCountedFrom: startedAt ?? paidUntil };
  }
  const leftMs = paidUntil.getTime() - at.getTime();
  const days = Math.min(
    daysWorth(leftMs, from, order.plan, order.currency),
    daysWorth(leftMs, from, order.plan, inForce.billing_currency),
  );
  const monthEnd = addMonths(at, PERIOD_MONTHS);
  const end = new Date(monthEnd.getTime() + days * DAY_MS);
  // Added days move the end to another day of the month, and from then on that is the day to keep.
  const monthsCountedFrom = days === 0 ? at : sameDayBefore(end);
  return { start: at, end, conversion: { from, leftMs, days }, monthsCountedFrom };
}

/** The whole days of a larger plan that have the price of some time of a smaller one. */
function daysWorth(leftMs: number, from: PaidPlan, to: PaidPlan, currency: Currency): number {
  return Math.floor((leftMs * priceOf(from, currency)) / (priceOf(to, currency) * DAY_MS));
}
