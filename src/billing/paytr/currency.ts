/** The currencies this product charges in, by their ISO 4217 codes. */
export type PaytrCurrency = 'TRY' | 'USD' | 'EUR';

/**
 * The currency as PayTR writes it: `TL` for the lira, in every call and every hash (PayTR iFrame API, step
 * 1).
 */
export function toPaytrCurrency(currency: PaytrCurrency): string {
  return currency === 'TRY' ? 'TL' : currency;
}

/**
 * PayTR's `TL` as `TRY`; any other text as it came, since the callback's currency is unsigned and may be
 * anything.
 */
export function fromPaytrCurrency(text: string): string {
  return text === 'TL' ? 'TRY' : text;
}
