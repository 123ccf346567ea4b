import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import { DAY_MS } from '../../durations.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { SUSPENDED_DAYS } from '../plans.ts';
import type { PriceFacts } from '../price-facts.ts';
import type { Payment } from '../queries.ts';
import type { SealedTokens } from './card-seal.ts';

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

/** The charge of one period to a card, as it was announced. */
export interface CardRenewal {
  company_id: number;
  due_at: Date;
  card_id: number;
  charge_from: Date;
  plan: PaidPlan;
  currency: Currency;
  amount_minor: number;
  price_list_id: number;
  price_facts: PriceFacts;
  state: 'waiting' | 'sent' | 'paid' | 'ended';
  tries: number;
  next_try_at: Date | null;
  ended_as: RenewalEnd | null;
}

/** Why a period is not charged by itself any more. */
export type RenewalEnd =
  | 'card-removed'
  | 'card-closed'
  | 'cancelled'
  | 'paid-otherwise'
  | 'plan-changed'
  | 'too-late'
  | 'declined'
  | 'refused'
  | 'unknown'
  | 'review';

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

const renewalColumns = [
  'card_renewals.company_id',
  'card_renewals.due_at',
  'card_renewals.card_id',
  'card_renewals.charge_from',
  'card_renewals.plan',
  'card_renewals.currency',
  'card_renewals.amount_minor',
  'card_renewals.price_list_id',
  'card_renewals.price_facts',
  'card_renewals.state',
  'card_renewals.tries',
  'card_renewals.next_try_at',
  'card_renewals.ended_as',
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

/** The charge of the period after an end of paid time, as it was announced. */
export async function findRenewal(
  db: Knex,
  companyId: number,
  dueAt: Date,
): Promise<CardRenewal | undefined> {
  return db('card_renewals')
    .where({ 'card_renewals.company_id': companyId, 'card_renewals.due_at': dueAt })
    .first<CardRenewal | undefined>(renewalColumns);
}

/** The same with its row locked; the caller has locked the subscription. */
export async function lockRenewal(
  trx: Knex.Transaction,
  { company_id, due_at }: Pick<CardRenewal, 'company_id' | 'due_at'>,
): Promise<CardRenewal | undefined> {
  return trx('card_renewals')
    .where({ 'card_renewals.company_id': company_id, 'card_renewals.due_at': due_at })
    .forUpdate()
    .first<CardRenewal | undefined>(renewalColumns);
}

/** The charges that are to be made, the longest waiting first. */
export async function listDueRenewals(
  db: Knex,
  { at, limit }: { at: Date; limit: number },
): Promise<CardRenewal[]> {
  return db('card_renewals')
    .whereRaw("card_renewals.state = 'waiting'")
    .where('card_renewals.next_try_at', '<=', at)
    .orderBy(['card_renewals.next_try_at', 'card_renewals.company_id'])
    .limit(limit)
    .select<CardRenewal[]>(renewalColumns);
}

/** The newest charge of a renewal whose outcome the gateway has told, or nobody has. */
export interface DecidedCharge {
  company_id: number;
  due_at: Date;
  status: Payment['status'];
  failed_reason_code: string | null;
}

/** Renewals whose newest charge is decided, oldest first. */
export async function listDecidedCharges(db: Knex, limit: number): Promise<DecidedCharge[]> {
  return db('card_renewals')
    .whereRaw("card_renewals.state = 'sent'")
    .join('card_charges', (on) => {
      on.on('card_charges.company_id', 'card_renewals.company_id').on(
        'card_charges.due_at',
        'card_renewals.due_at',
      );
    })
    .join('payments', 'payments.id', 'card_charges.payment_id')
    .whereNot('payments.status', 'pending')
    .whereNotExists(
      db('card_charges as later')
        .whereRaw('later.company_id = card_charges.company_id and later.due_at = card_charges.due_at')
        .whereRaw('later.payment_id > card_charges.payment_id')
        .select('later.payment_id'),
    )
    .orderBy(['card_renewals.due_at', 'card_renewals.company_id'])
    .limit(limit)
    .select<DecidedCharge[]>([
      'card_renewals.company_id',
      'card_renewals.due_at',
      'payments.status',
      'payments.failed_reason_code',
    ]);
}

/** The end of paid time that a payment is the charge of a stored card for; undefined for any other. */
export async function findChargedPeriod(db: Knex, paymentId: number): Promise<{ due_at: Date } | undefined> {
  return db('card_charges')
    .where('card_charges.payment_id', paymentId)
    .first<{ due_at: Date } | undefined>('card_charges.due_at');
}

/**
 * True while any order of a company may still be paid or reported, also one whose page is not shown any more.
 */
export async function hasPendingPayment(db: Knex, companyId: number): Promise<boolean> {
  const found = await db('payments')
    .where('payments.company_id', companyId)
    .whereRaw("payments.status = 'pending'")
    .first<{ id: number } | undefined>('payments.id');
  return found !== undefined;
}

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
