import type { Knex } from 'knex';
import { currencies } from '../../currency.ts';
import { localDay } from '../../local-calendar.ts';
import { listRatesOn } from '../rates/queries.ts';
import { rateText } from './offer-words.ts';
import type { Format } from '../../web/format.ts';

/** The rates of the central bank that count today, in words, each with when it was fetched. */
export async function listRateTexts(
  db: Knex,
  { at, format }: { at: Date; format: Format },
): Promise<{ currency: string; text: string; fetchedAt: Date }[]> {
  const day = localDay(at);
  const rates = await listRatesOn(db, { day, currencies: currencies.filter((each) => each !== 'TRY') });
  return rates.flatMap(({ fetched_at: fetchedAt, ...rate }) => {
    const side = 'forex_buying';
    if (rate[side] === null) return [];
    return [
      { currency: rate.currency, text: rateText(format, { ...rate, side, rate: rate[side] }), fetchedAt },
    ];
  });
}
