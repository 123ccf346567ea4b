import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import { localDay } from '../../local-calendar.ts';
import { listRatesOn } from '../rates/queries.ts';
import { offerOf, type CurrencyOffer, type RatesOnDay } from './offer-of.ts';
import type { PriceListTerms } from './price-list.ts';
import { findPriceListInForce } from './queries.ts';

/** The offer in a currency, with the list that an order then names, or why there is none. */
export type Offer = (CurrencyOffer & { ok: true; priceListId: number }) | (CurrencyOffer & { ok: false });

/**
 * The prices of all plans in each of these currencies at a moment, in the same order, or why a currency is
 * not on offer: by the list in force, and where it converts by the rates that count on that day in
 * Europe/Istanbul.
 */
export async function findOffers(
  db: Knex,
  asked: { at: Date; currencies: readonly Currency[]; rateMaxAgeDays: number },
): Promise<Offer[]> {
  const list = await findPriceListInForce(db, asked.at);
  const offers = await offersOf(db, list ?? null, asked);
  return offers.map(
    (offer) => (offer.ok && list !== undefined ? { ...offer, priceListId: list.id } : offer) as Offer,
  );
}

/** The same for a list that is perhaps not in force; nothing is on offer by none. */
export async function offersOf(
  db: Knex,
  list: PriceListTerms | null,
  { at, currencies, rateMaxAgeDays }: { at: Date; currencies: readonly Currency[]; rateMaxAgeDays: number },
): Promise<CurrencyOffer[]> {
  if (list === null) return currencies.map((currency) => ({ ok: false, currency, reason: 'not-priced' }));
  const on = await ratesFor(db, list, { at, rateMaxAgeDays });
  return currencies.map((currency) => offerOf(list, currency, on));
}

/** The rates that a list needs at a moment; none for fixed prices. */
async function ratesFor(
  db: Knex,
  list: PriceListTerms,
  { at, rateMaxAgeDays: maxAgeDays }: { at: Date; rateMaxAgeDays: number },
): Promise<RatesOnDay> {
  const day = localDay(at);
  if (list.conversion === null) return { day, rates: [], maxAgeDays };
  const currencies = [list.conversion.base_currency, ...Object.keys(list.conversion.rounding_steps)];
  return { day, rates: await listRatesOn(db, { day, currencies }), maxAgeDays };
}
