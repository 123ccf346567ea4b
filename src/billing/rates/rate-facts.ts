import { Temporal } from 'temporal-polyfill';
import type { RateFacts, RateSide } from '../price-facts.ts';
import type { ExchangeRate } from './queries.ts';

/** The facts that find one rate of a bulletin again. `rate` is that of `side`. */
export function factsOfRate(found: ExchangeRate, side: RateSide, rate: string): RateFacts {
  const { currency, bulletin_date, bulletin_no, valid_for, unit, file_sha256 } = found;
  return { currency, bulletin_date, bulletin_no, valid_for, side, unit, rate, file_sha256 };
}

/** Days from the day of a bulletin to another day. */
export function bulletinAge({ bulletin_date }: Pick<ExchangeRate, 'bulletin_date'>, day: string): number {
  return Temporal.PlainDate.from(bulletin_date).until(Temporal.PlainDate.from(day)).days;
}
