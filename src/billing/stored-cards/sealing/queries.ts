import type { Knex } from 'knex';
import type { SealedTokens } from './card-seal.ts';

/** Sealed tokens that are not under the newest key. */
export async function listTokensOfOldKeys(
  db: Knex,
  { newest, limit }: { newest: string; limit: number },
): Promise<({ id: number; first_payment_id: number } & SealedTokens)[]> {
  return db('stored_cards')
    .whereNotNull('stored_cards.sealed_tokens')
    .whereNot('stored_cards.key_id', newest)
    .orderBy('stored_cards.id')
    .limit(limit)
    .select<({ id: number; first_payment_id: number } & SealedTokens)[]>([
      'stored_cards.id',
      'stored_cards.first_payment_id',
      'stored_cards.sealed_tokens',
      'stored_cards.key_id',
    ]);
}

/** The ids of the keys that seal tokens now. */
export async function listKeysInUse(db: Knex): Promise<string[]> {
  return db('stored_cards').whereNotNull('stored_cards.key_id').distinct().pluck<string[]>('key_id');
}
