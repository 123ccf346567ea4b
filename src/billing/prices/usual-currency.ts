import type { Currency } from '../../currency.ts';
import type { Subscription } from '../queries.ts';
import type { Offer } from './find-offers.ts';

/**
 * The currency in which a company sees prices first and is asked to pay: its choice, else that of its last
 * payment.
 */
export function usualCurrency(of: Pick<Subscription, 'billing_currency' | 'usual_currency'>): Currency {
  return of.usual_currency ?? of.billing_currency;
}

/**
 * The offer in the usual currency of a company, or the first currency that has prices. Undefined while no
 * currency has any.
 */
export function usualOffer(
  offers: Offer[],
  of: Parameters<typeof usualCurrency>[0],
): Extract<Offer, { ok: true }> | undefined {
  const usual = usualCurrency(of);
  const priced = offers.filter((offer) => offer.ok);
  return priced.find(({ currency }) => currency === usual) ?? priced[0];
}
