import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import type { PriceFacts } from '../price-facts.ts';
import type { Payment } from '../queries.ts';

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
