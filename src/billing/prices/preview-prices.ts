import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import { paidPlans, type PaidPlan } from '../../plan.ts';
import type { Format } from '../../web/format.ts';
import { includedTax } from '../tax/included-tax.ts';
import { offersOf } from './find-offers.ts';
import type { CurrencyOffer } from './offer-of.ts';
import { offerProblem, priceFactsRows } from './offer-words.ts';
import type { PriceListTerms } from './price-list.ts';

/** The price of a plan as buyers see it, with what it is now and by how much it changes. */
interface PreviewedPrice {
  plan: PaidPlan;
  price: string;
  tax: string;
  before: string | null;
  /** As `+12.5 %`; null when nothing changes or nothing was there. */
  change: string | null;
  /** A quarter or more: perhaps a slip of the finger. */
  isLarge: boolean;
}

/** The prices in a currency, and what they come from; or why there are none. */
interface PreviewedCurrency {
  currency: Currency;
  prices: PreviewedPrice[];
  facts: { term: string; value: string }[];
  problem: string | null;
}

/** A change of so many tenths of a percent is marked. */
const LARGE_CHANGE = 250;

/** Every price of a list in every currency, as buyers would see it today, beside those of another list. */
export async function previewPrices(
  db: Knex,
  input: {
    list: PriceListTerms | null;
    before?: PriceListTerms | null;
    at: Date;
    config: Pick<Config, 'paytr' | 'rateMaxAgeDays' | 'taxPercent'>;
    format: Format;
  },
): Promise<PreviewedCurrency[]> {
  const { list, before = null, at, config, format } = input;
  const { currencies } = config.paytr;
  const asked = { at, currencies, rateMaxAgeDays: config.rateMaxAgeDays };
  const [offers, earlier] = await Promise.all([offersOf(db, list, asked), offersOf(db, before, asked)]);
  return offers.map((offer, index) =>
    offer.ok
      ? {
          currency: offer.currency,
          prices: previewed(offer, earlier[index], input),
          facts: priceFactsRows(format, offer.facts, null),
          problem: null,
        }
      : { currency: offer.currency, prices: [], facts: [], problem: offerProblem(format, offer, config) },
  );
}

function previewed(
  { currency, facts }: Extract<CurrencyOffer, { ok: true }>,
  earlier: CurrencyOffer | undefined,
  { config, format }: { config: Pick<Config, 'taxPercent'>; format: Format },
): PreviewedPrice[] {
  const before = earlier?.ok === true ? earlier.facts.prices : null;
  return paidPlans.map((plan) => {
    const now = facts.prices[plan];
    const was = before?.[plan] ?? null;
    const tenths = was === null ? 0 : Math.round(((now - was) * 1000) / was);
    return {
      plan,
      price: format.money(now, currency),
      tax: format.money(includedTax(now, config.taxPercent), currency),
      before: was === null ? null : format.money(was, currency),
      change: was === null || was === now ? null : changeText(format, tenths),
      isLarge: Math.abs(tenths) >= LARGE_CHANGE,
    };
  });
}

function changeText({ t, number }: Format, tenths: number): string {
  // The sign stands before Turkish’s percent sign, too: +%12,5.
  return `${tenths < 0 ? '−' : '+'}${t('prices.percent', { percent: number(Math.abs(tenths) / 10) })}`;
}
