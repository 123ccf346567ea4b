import type { Config } from '../../config/config.ts';
import type { Format } from '../../web/format.ts';
import type { CurrencyOffer } from './offer-of.ts';

/** Why a currency is not on offer, in words for the buyer. */
export function offerProblem(
  { t, when }: Format,
  offer: Extract<CurrencyOffer, { ok: false }>,
  { rateMaxAgeDays: days }: Pick<Config, 'rateMaxAgeDays'>,
): string {
  const { currency } = offer;
  if (offer.reason === 'old-rate')
    return t('prices.problem_old_rate', { currency, days, date: when(noonOf(offer.bulletinDate), 'day') });
  return t(offer.reason === 'no-rate' ? 'prices.problem_no_rate' : 'prices.problem_not_priced', { currency });
}

/** A time on a day of the calendar of Europe/Istanbul, for `when(…, 'day')`. */
function noonOf(day: string): string {
  return `${day}T12:00:00+03:00`;
}
