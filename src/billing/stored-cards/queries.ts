import type { Knex } from 'knex';
import type { Locale } from '../../web/locales/catalogues.ts';
import type { SealedTokens } from './sealing/card-seal.ts';

/** A card that the gateway keeps for a company, as pages and mails name it. */
export interface StoredCard {
  id: number;
  company_id: number;
  user_id: number;
  first_payment_id: number;
  stored_at: Date;
  removal_asked_at: Date | null;
  full_name: string;
  /** Null until the gateway has said which card it is. */
  masked_pan: string | null;
  card_brand: string | null;
}

/** A card with all that its charge needs. */
export interface ChargeableCard extends StoredCard, SealedTokens {
  email: string;
  locale: Locale;
  /** The payer's address at the consent, and the hash of what was agreed to. */
  gateway_user_ip: string | null;
  card_text_sha256: string;
}

const cardColumns = [
  'stored_cards.id',
  'stored_cards.company_id',
  'stored_cards.user_id',
  'stored_cards.first_payment_id',
  'stored_cards.stored_at',
  'stored_cards.removal_asked_at',
  'users.full_name',
  'payment_card_facts.masked_pan',
  'payment_card_facts.card_brand',
];

function cards(db: Knex): Knex.QueryBuilder {
  return db('stored_cards')
    .join('users', 'users.id', 'stored_cards.user_id')
    .leftJoin('payment_card_facts', 'payment_card_facts.payment_id', 'stored_cards.first_payment_id');
}

/** The newest card that the gateway still keeps for a company, also one that is being removed. */
export async function findStoredCard(db: Knex, companyId: number): Promise<StoredCard | undefined> {
  return cards(db)
    .where('stored_cards.company_id', companyId)
    .whereNull('stored_cards.removed_at')
    .orderBy('stored_cards.id', 'desc')
    .first<StoredCard | undefined>(cardColumns);
}

/**
 * The company's card, if it may be charged: it is not closed or on its way out, its first payment was taken
 * for its order, and whoever agreed still has access.
 */
export async function findChargeableCard(db: Knex, companyId: number): Promise<ChargeableCard | undefined> {
  return cards(db)
    .join('payments', 'payments.id', 'stored_cards.first_payment_id')
    .join('order_consents', 'order_consents.payment_id', 'stored_cards.first_payment_id')
    .where('stored_cards.company_id', companyId)
    .whereNull('stored_cards.removal_asked_at')
    .whereNull('stored_cards.closed_at')
    .whereNotNull('order_consents.card_text_sha256')
    .whereNull('users.deactivated_at')
    .where('payments.status', 'success')
    .first<ChargeableCard | undefined>([
      ...cardColumns,
      'stored_cards.sealed_tokens',
      'stored_cards.key_id',
      'users.email',
      'users.locale',
      'payments.gateway_user_ip',
      'order_consents.card_text_sha256',
    ]);
}

/** The consent to keep the card of a payment: who gave it. Undefined where the box was not ticked. */
export async function findCardConsent(
  db: Knex,
  paymentId: number,
): Promise<{ user_id: number; card_text_sha256: string } | undefined> {
  return db('order_consents')
    .where('order_consents.payment_id', paymentId)
    .whereNotNull('order_consents.card_text_sha256')
    .first<{ user_id: number; card_text_sha256: string } | undefined>([
      'order_consents.user_id',
      'order_consents.card_text_sha256',
    ]);
}
