import type { Knex } from 'knex';
import { DAY_MS } from '../../durations.ts';
import { SUSPENDED_DAYS } from '../plans.ts';
import type { SealedTokens } from './sealing/card-seal.ts';

/** A card that the gateway is to remove. */
export interface CardToRemove extends SealedTokens {
  id: number;
  company_id: number;
  user_id: number;
  first_payment_id: number;
  removal_tries: number;
}

/** The cards whose removal is due, of one company or of all. */
export async function listCardsToRemove(
  db: Knex,
  { at, limit, companyId }: { at: Date; limit: number; companyId?: number | undefined },
): Promise<CardToRemove[]> {
  return db('stored_cards')
    .where('stored_cards.removal_due_at', '<=', at)
    .whereNotNull('stored_cards.removal_asked_at')
    .whereNull('stored_cards.removed_at')
    .where((chosen) => {
      if (companyId !== undefined) void chosen.where('stored_cards.company_id', companyId);
    })
    .orderBy(['stored_cards.removal_due_at', 'stored_cards.id'])
    .limit(limit)
    .select<CardToRemove[]>([
      'stored_cards.id',
      'stored_cards.company_id',
      'stored_cards.user_id',
      'stored_cards.first_payment_id',
      'stored_cards.removal_tries',
      'stored_cards.sealed_tokens',
      'stored_cards.key_id',
    ]);
}

/**
 * Companies whose card has no reason any more, and why: the person has left, or the subscription is over or
 * never began, its charge having been given back.
 */
export async function listCardsWithoutReason(
  db: Knex,
  { at, limit }: { at: Date; limit: number },
): Promise<{ company_id: number; cause: 'person-left' | 'subscription-over' }[]> {
  const givenUpBefore = new Date(at.getTime() - SUSPENDED_DAYS * DAY_MS);
  return db('stored_cards')
    .join('users', 'users.id', 'stored_cards.user_id')
    .join('subscriptions', 'subscriptions.company_id', 'stored_cards.company_id')
    .join('payments', 'payments.id', 'stored_cards.first_payment_id')
    .whereNull('stored_cards.removal_asked_at')
    .where((gone) => {
      void gone
        .whereNotNull('users.deactivated_at')
        .orWhere('subscriptions.cancels_at', '<=', at)
        .orWhere('subscriptions.opens_until', '<=', givenUpBefore)
        .orWhere('payments.status', 'refunded');
    })
    .orderBy('stored_cards.id')
    .limit(limit)
    .select<{ company_id: number; cause: 'person-left' | 'subscription-over' }[]>([
      'stored_cards.company_id',
      db.raw(
        "case when users.deactivated_at is null then 'subscription-over' else 'person-left' end as cause",
      ),
    ]);
}
