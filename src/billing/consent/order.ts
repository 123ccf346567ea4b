import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import type { BoughtPeriod, PlanInForce } from '../bought-period.ts';
import type { PriceFacts } from '../price-facts.ts';

/**
 * An order that may be placed, as its page shows it: the one description from which the texts, the summary
 * and the payment are made. `month` is one month of a plan.
 */
export interface Order {
  kind: 'month';
  plan: PaidPlan;
  currency: Currency;
  /** With tax, in minor units. */
  amountMinor: number;
  priceListId: number;
  priceFacts: PriceFacts;
  period: BoughtPeriod;
  /** True when the period begins with the payment. Else it follows paid time, which may have ended. */
  startsAtPayment: boolean;
  /** Until when a smaller plan is paid, whose rest is converted; else null. */
  smallerPaidUntil: Date | null;
}

/** The order of one month of a plan, by the prices of its offer and the period that it would buy now. */
export function monthOrder(input: {
  plan: PaidPlan;
  offer: { currency: Currency; priceListId: number; facts: PriceFacts };
  period: BoughtPeriod;
  inForce: PlanInForce;
  at: Date;
}): Order {
  const { plan, offer, period, inForce, at } = input;
  return {
    kind: 'month',
    plan,
    currency: offer.currency,
    amountMinor: offer.facts.prices[plan],
    priceListId: offer.priceListId,
    priceFacts: offer.facts,
    period,
    startsAtPayment: period.start.getTime() === at.getTime(),
    smallerPaidUntil: period.conversion === null ? null : inForce.period_ends_at,
  };
}
