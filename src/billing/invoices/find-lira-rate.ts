import type { Knex } from 'knex';
import { localDay } from '../../local-calendar.ts';
import type { RateFacts } from '../price-facts.ts';
import { listRatesKnown, type ExchangeRate } from '../rates/queries.ts';
import { bulletinAge, factsOfRate } from '../rates/rate-facts.ts';
import type { PrintedInvoice } from './queries.ts';

/**
 * Days after which a bulletin says nothing about a day any more: a religious holiday between two weekends is
 * nine days long. Not a setting, since a paper must say the same for ever.
 */
const BULLETIN_DAYS_MAX = 10;

type RatedPaper = Pick<PrintedInvoice, 'currency' | 'price_facts' | 'issued_at'>;

/**
 * The rate by which a paper in another currency says what it is worth in liras.
 *
 * 1. The rate that made the price: buyer and seller agreed on it at the checkout.
 * 2. Otherwise the buying rate of the central bank that counted on the day of the paper, as it was known when
 *    the paper was written (VAT law, article 26, as summaries have it).
 *
 * Null when neither was here: a rate is never made up. The same for ever, since rates are only added.
 */
export async function findLiraRate(db: Knex, paper: RatedPaper): Promise<RateFacts | null> {
  const [rate = null] = await findLiraRates(db, [paper]);
  return rate;
}

/** The same for several papers, each rate at the place of its paper. A paper in liras has none. */
export async function findLiraRates(db: Knex, papers: RatedPaper[]): Promise<(RateFacts | null)[]> {
  const agreed = papers.map(
    ({ currency, price_facts: facts }) => facts?.rates?.find((rate) => rate.currency === currency) ?? null,
  );
  const asked = papers.flatMap(({ currency, issued_at: knownAt }, index) =>
    agreed[index] !== null || currency === 'TRY'
      ? []
      : [{ index, currency, day: localDay(knownAt), knownAt }],
  );
  if (asked.length === 0) return agreed;
  const found = await listRatesKnown(db, asked);
  for (const [place, { index, day }] of asked.entries()) agreed[index] = buyingRate(found[place], day);
  return agreed;
}

function buyingRate(found: ExchangeRate | undefined, day: string): RateFacts | null {
  if (found?.forex_buying == null || bulletinAge(found, day) > BULLETIN_DAYS_MAX) return null;
  return factsOfRate(found, 'forex_buying', found.forex_buying);
}
