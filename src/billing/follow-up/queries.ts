import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import type { ChargedAnswer } from '../paytr/paytr.ts';
import type { PriceFacts } from '../price-facts.ts';

/** A payment after which something is still to be done. */
export interface FollowUp {
  payment_id: number;
  /** The answer by which the charge was settled; null where nobody asked. */
  answer: ChargedAnswer | null;
}

/** The gateway's answer about the card of a payment, for pages. */
export interface CardFacts {
  masked_pan: string | null;
  card_brand: string | null;
  card_bank: string | null;
  card_scheme: string | null;
  card_type: string | null;
  installment_count: number | null;
  three_d: Record<string, string> | null;
}

/** The payments whose next step is due, the longest waiting first. */
export async function listDueFollowUps(
  db: Knex,
  { at, limit }: { at: Date; limit: number },
): Promise<FollowUp[]> {
  return db('payment_follow_ups')
    .where('payment_follow_ups.due_at', '<=', at)
    .orderBy([{ column: 'payment_follow_ups.due_at' }, { column: 'payment_follow_ups.payment_id' }])
    .limit(limit)
    .select<FollowUp[]>(['payment_follow_ups.payment_id', 'payment_follow_ups.answer']);
}

/** The order that a follow-up is about, with its payer of today. */
export async function findFollowedOrder(db: Knex, paymentId: number): Promise<FollowedOrder | undefined> {
  return db('payments')
    .join('users', 'users.id', 'payments.user_id')
    .where('payments.id', paymentId)
    .first<FollowedOrder | undefined>([
      'payments.id',
      'payments.company_id',
      'payments.user_id',
      'payments.merchant_oid',
      'payments.plan',
      'payments.price_facts',
      'payments.currency',
      'payments.amount_minor',
      'users.email',
      'users.full_name',
    ]);
}

interface FollowedOrder {
  id: number;
  company_id: number;
  user_id: number;
  merchant_oid: string;
  plan: PaidPlan;
  price_facts: PriceFacts | null;
  currency: Currency;
  amount_minor: number;
  email: string;
  full_name: string;
}

/** The gateway's answer about the card. The caller has found the payment within the company that asks. */
export async function findCardFacts(db: Knex, paymentId: number): Promise<CardFacts | undefined> {
  return db('payment_card_facts')
    .where('payment_card_facts.payment_id', paymentId)
    .first<CardFacts | undefined>([
      'payment_card_facts.masked_pan',
      'payment_card_facts.card_brand',
      'payment_card_facts.card_bank',
      'payment_card_facts.card_scheme',
      'payment_card_facts.card_type',
      'payment_card_facts.installment_count',
      'payment_card_facts.three_d',
    ]);
}
