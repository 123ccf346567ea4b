import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import type { BoughtPeriod } from '../bought-period.ts';
import type { Quote } from '../order-rules.ts';
import type { PriceFacts } from '../price-facts.ts';

/**
 * An order that may be placed, as its page shows it: the one description from which the texts, the summary
 * and the payment are made. `month` is one month of a plan, `upgrade` a larger plan for paid time that is
 * left.
 */
export interface Order {
  kind: 'month' | 'upgrade';
  plan: PaidPlan;
  currency: Currency;
  /** With tax, in minor units. */
  amountMinor: number;
  priceListId: number;
  priceFacts: PriceFacts;
  period: BoughtPeriod;
  /** True when the period begins with the payment. Else it follows paid time, which may have ended. */
  startsAtPayment: boolean;
}

/** The order of a plan as it is quoted now. */
export function orderOf(input: {
  plan: PaidPlan;
  offer: { currency: Currency; priceListId: number };
  quote: Quote;
  at: Date;
}): Order {
  const { plan, offer, quote, at } = input;
  return {
    kind: kindOf(quote.facts),
    plan,
    currency: offer.currency,
    amountMinor: quote.amountMinor,
    priceListId: offer.priceListId,
    priceFacts: quote.facts,
    period: quote.period,
    startsAtPayment: quote.period.start.getTime() === at.getTime(),
  };
}

/** The kind of an order by the facts of its price. */
export function kindOf(facts: PriceFacts | null): Order['kind'] {
  return facts?.upgrade === undefined ? 'month' : 'upgrade';
}
