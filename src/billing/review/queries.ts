import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import { readPage, SHORT_PAGE_SIZE, type Cursor, type KeysetOrder, type Page } from '../../db/keyset.ts';
import type { PaidPlan, Plan } from '../../plan.ts';
import type { PlanPrices } from '../price-facts.ts';
import { paymentColumns, type Payment } from '../queries.ts';

/** A payment that a person must look at, with the company's name. */
export interface PaymentInReview extends Payment {
  company_name: string;
  full_name: string;
  email: string;
  /** The company's plan and paid time as they are now. */
  plan_in_force: Plan;
  billing_currency: Currency;
  paid_prices: PlanPrices | null;
  period_started_at: Date | null;
  period_ends_at: Date | null;
  next_plan: PaidPlan | null;
  next_period_ends_at: Date | null;
  wanted_plan: PaidPlan | null;
  grace_plan: PaidPlan | null;
  cancels_at: Date | null;
}

/**
 * A page of the payments that were charged but not as ordered, oldest first: of one company or, for
 * operators, of all (null).
 */
export async function listPaymentsInReview(
  db: Knex,
  companyId: number | null,
  cursor: Cursor,
): Promise<Page<PaymentInReview>> {
  const payments = db('payments').modify((query) => {
    if (companyId !== null) void query.where('payments.company_id', companyId);
  });
  const query = payments
    .clone()
    .join('companies', 'companies.id', 'payments.company_id')
    .join('users', 'users.id', 'payments.user_id')
    .join('subscriptions', 'subscriptions.company_id', 'payments.company_id')
    // The status stands in the text instead of a binding: only a constant lets Postgres use the partial
    // indexes of these payments.
    .whereRaw("payments.status = 'review'")
    .select([
      ...paymentColumns,
      'companies.name as company_name',
      'users.full_name',
      'users.email',
      'subscriptions.plan as plan_in_force',
      'subscriptions.billing_currency',
      'subscriptions.paid_prices',
      'subscriptions.period_started_at',
      'subscriptions.period_ends_at',
      'subscriptions.next_plan',
      'subscriptions.next_period_ends_at',
      'subscriptions.wanted_plan',
      'subscriptions.grace_plan',
      'subscriptions.cancels_at',
    ]);
  const order: KeysetOrder = {
    keys: ['payments.id'],
    direction: 'asc',
    // The start of the page is looked up among all payments: its payment may have been decided since.
    startsAmong: payments,
    size: SHORT_PAGE_SIZE,
  };
  return readPage<PaymentInReview>(db, query, order, cursor);
}

/** A decision of an operator about a charge in review, or a note. */
export interface ReviewEntry {
  id: number;
  decision: 'accepted' | 'returned' | 'noted';
  review_reason: string;
  note: string;
  decided_at: Date;
  decider_name: string;
}

/** The notes and decisions about a payment, newest first, one page of them. */
export async function listReviewEntries(
  db: Knex,
  paymentId: number,
  cursor: Cursor,
): Promise<Page<ReviewEntry>> {
  const order: KeysetOrder = {
    keys: ['payment_reviews.id'],
    direction: 'desc',
    startsAmong: db('payment_reviews').where('payment_reviews.payment_id', paymentId),
    size: SHORT_PAGE_SIZE,
  };
  const query = db('payment_reviews')
    .join('users', 'users.id', 'payment_reviews.decided_by')
    .where('payment_reviews.payment_id', paymentId)
    .select([
      'payment_reviews.id',
      'payment_reviews.decision',
      'payment_reviews.review_reason',
      'payment_reviews.note',
      'payment_reviews.decided_at',
      'users.full_name as decider_name',
    ]);
  return readPage<ReviewEntry>(db, query, order, cursor);
}
