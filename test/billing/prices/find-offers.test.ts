import { beforeEach, describe, expect, it } from 'vitest';
import { pricesOf } from '../../../src/billing/price-facts.ts';
import { findOffers } from '../../../src/billing/prices/find-offers.ts';
import { currencies } from '../../../src/currency.ts';
import { useTestDatabase } from '../../support/database.ts';
import { addPriceList, addRates, EUR_BASED } from './price-scene.ts';

const database = useTestDatabase();
const at = new Date('2027-03-10T10:00:00+03:00');
const find = (moment = at, rateMaxAgeDays = 10): ReturnType<typeof findOffers> =>
  findOffers(database.db, { at: moment, currencies, rateMaxAgeDays });

/** The price of each plan in each currency, or why there is none. */
const shown = async (moment = at): Promise<unknown[]> =>
  (await find(moment)).map((offer) => (offer.ok ? Object.values(offer.facts.prices) : offer.reason));

describe('the prices on offer', () => {
  it('are those from before there were lists, until a later version', async () => {
    for (const offer of await find()) {
      const { currency } = offer;
      expect(offer).toEqual({
        ok: true,
        currency,
        priceListId: expect.any(Number) as number,
        facts: {
          list_version: 1,
          kind: 'fixed',
          currency,
          prices: pricesOf({ currency, price_facts: null }),
        },
      });
    }
  });

  describe('by a list that converts from the euro', () => {
    beforeEach(async () => {
      await addPriceList(database.ownerDb, { version: 2, effective_from: at, ...EUR_BASED });
      await addRates(database.ownerDb, '2027-03-09', { USD: '40.0000', EUR: '44.0000' });
      return () =>
        database.ownerDb.raw(`
        begin; set local session_replication_role = replica;
        delete from price_list_items where price_list_id in (select id from price_lists where version > 1);
        delete from price_lists where version > 1; delete from exchange_rates; commit`);
    });

    it('change at the moment of the new version, and not before', async () => {
      expect((await shown(new Date(at.getTime() - 1)))[0]).toEqual([49_900, 149_900, 499_900]);
      // 18 € × 44 = 792.00, 45 € × 44 = 1 980.00, 139 € × 44 = 6 116.00, each up to the next ten liras.
      expect((await shown())[0]).toEqual([80_000, 198_000, 612_000]);
    });
  });
});
