import type { Currency } from '../../currency.ts';
import type { PlanPrices, RateSide } from '../price-facts.ts';

/** How the currencies that a list has no price in get theirs. */
export interface Conversion {
  base_currency: Currency;
  rate_side: RateSide;
  /** Added to what the rate gives, in hundredths of a percent. */
  margin_bps: number;
  rounding_mode: 'nearest' | 'up';
  /** Prices are whole multiples of it, in minor units. A currency without a step is not on sale. */
  rounding_steps: Partial<Record<Currency, number>>;
}

/** The content of a version of the prices, in the database or only being thought about. */
export interface PriceListTerms {
  version: number;
  /** Null for fixed prices. */
  conversion: Conversion | null;
  /** The prices that the list has, by currency; only those of `base_currency` when others are converted. */
  prices: Partial<Record<Currency, PlanPrices>>;
}

/** A version of the prices as it stands in the database. */
export interface PriceList extends PriceListTerms {
  id: number;
  effective_from: Date;
  note: string;
  /** Null for version 1. */
  created_by: number | null;
  created_at: Date;
}
