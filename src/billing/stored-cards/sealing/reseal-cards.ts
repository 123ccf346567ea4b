import type { Knex } from 'knex';
import type { Config } from '../../../config/config.ts';
import { openTokens, sealTokens } from './card-seal.ts';
import { listKeysInUse, listTokensOfOldKeys } from './queries.ts';

const BATCH = 500;

/**
 * Seals tokens anew that an older key sealed, so that it can go from the settings. Returns how many. Throws
 * when tokens are under a key that the settings do not have: those cards can be neither charged nor removed.
 */
export async function resealCards(db: Knex, { storedCards: { keys } }: Config): Promise<number> {
  const inUse = await listKeysInUse(db);
  const [newest] = keys;
  const lost = inUse.filter((used) => !keys.some(({ id }) => id === used));
  if (lost.length > 0) throw new Error(`STORED_CARD_KEYS lacks ${lost.join(', ')}, which seals stored cards`);
  if (newest === undefined) return 0;
  let resealed = 0;
  for (const card of await listTokensOfOldKeys(db, { newest: newest.id, limit: BATCH })) {
    const tokens = openTokens(keys, card, card.first_payment_id);
    if (tokens === null)
      throw new Error(`The key ${card.key_id} of STORED_CARD_KEYS is another one than before`);
    resealed += await db('stored_cards')
      .where({ id: card.id, key_id: card.key_id })
      .update(sealTokens(newest, tokens, card.first_payment_id));
  }
  return resealed;
}
