import type { Currency } from '../../currency.ts';
import type { Subscription } from '../queries.ts';

/**
 * The currency in which a company sees prices first and is asked to pay: its choice, else that of its last
 * payment.
 */
export function usualCurrency(of: Pick<Subscription, 'billing_currency' | 'usual_currency'>): Currency {
  return of.usual_currency ?? of.billing_currency;
}
