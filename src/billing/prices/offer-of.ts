import type { Currency } from '../../currency.ts';
import { paidPlans } from '../../plan.ts';
import type { PlanPrices, PriceFacts, RateFacts } from '../price-facts.ts';
import { bulletinAge, factsOfRate } from '../rates/rate-facts.ts';
import type { ExchangeRate } from '../rates/queries.ts';
import { convertPrice, LIRA, type LiraRate } from './convert-price.ts';
import type { Conversion, PriceListTerms } from './price-list.ts';

/** Prices in a currency with what they come from, or why there are none. */
export type CurrencyOffer =
  | { ok: true; currency: Currency; facts: PriceFacts }
  /**
   * not-priced: the list has no price in this currency. no-rate: no bulletin has the rate. old-rate: the
   * newest bulletin with it, of `bulletinDate`, is too old.
   */
  | { ok: false; currency: Currency; reason: 'not-priced' | 'no-rate' }
  | { ok: false; currency: Currency; reason: 'old-rate'; bulletinDate: string };

/** The rates that count on `day`, and how many days old a bulletin may be on it. */
export interface RatesOnDay {
  day: string;
  rates: ExchangeRate[];
  maxAgeDays: number;
}

/**
 * The prices of a list in a currency on a day. A rate is never made up: without one that is new enough the
 * currency is not on offer.
 */
export function offerOf(list: PriceListTerms, currency: Currency, on: RatesOnDay): CurrencyOffer {
  const prices = list.prices[currency];
  if (prices !== undefined) {
    const kind = list.conversion === null ? 'fixed' : 'converted';
    return { ok: true, currency, facts: { list_version: list.version, kind, currency, prices } };
  }
  const base = list.conversion === null ? undefined : list.prices[list.conversion.base_currency];
  const step = list.conversion?.rounding_steps[currency];
  if (list.conversion === null || base === undefined || step === undefined)
    return { ok: false, currency, reason: 'not-priced' };
  return converted({ version: list.version, conversion: list.conversion, base, step }, currency, on);
}

function converted(
  list: { version: number; conversion: Conversion; base: PlanPrices; step: number },
  currency: Currency,
  on: RatesOnDay,
): CurrencyOffer {
  const { base_currency: from, rate_side: side, margin_bps, rounding_mode: mode } = list.conversion;
  const rates: RateFacts[] = [];
  for (const each of [from, currency].filter((code) => code !== 'TRY')) {
    const found = on.rates.find((rate) => rate.currency === each);
    const rate = found?.[side] ?? null;
    if (found === undefined || rate === null) return { ok: false, currency, reason: 'no-rate' };
    if (bulletinAge(found, on.day) > on.maxAgeDays)
      return { ok: false, currency, reason: 'old-rate', bulletinDate: found.bulletin_date };
    rates.push(factsOfRate(found, side, rate));
  }
  const rounding = { step_minor: list.step, mode };
  const by = {
    from: liraRate(rates, from),
    to: liraRate(rates, currency),
    ...{ marginBps: margin_bps, stepMinor: list.step, mode },
  };
  const prices = Object.fromEntries(
    paidPlans.map((plan) => [plan, convertPrice(list.base[plan], by)]),
  ) as PlanPrices;
  return {
    ok: true,
    currency,
    facts: {
      ...{ list_version: list.version, kind: 'converted', currency, prices },
      ...{ base: { currency: from, prices: list.base }, rates, margin_bps, rounding },
    },
  };
}

function liraRate(rates: RateFacts[], currency: Currency): LiraRate {
  return rates.find((rate) => rate.currency === currency) ?? LIRA;
}
