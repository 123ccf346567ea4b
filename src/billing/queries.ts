import type { Knex } from 'knex';
import type { Currency } from '../config.ts';
import type { Plan } from './plans.ts';

/** What a company may use and until when; `subscriptionState` says what that means at a moment. */
export interface Subscription {
  company_id: number;
  plan: Plan;
  /** The currency of the newest paid order. */
  billing_currency: Currency;
  trial_ends_at: Date;
  /** The paid time without a gap up to now or later; both null until the first payment. */
  period_started_at: Date | null;
  period_ends_at: Date | null;
  updated_at: Date;
}

export const subscriptionColumns = [
  'subscriptions.company_id',
  'subscriptions.plan',
  'subscriptions.billing_currency',
  'subscriptions.trial_ends_at',
  'subscriptions.period_started_at',
  'subscriptions.period_ends_at',
  'subscriptions.updated_at',
];

/** A company's subscription; every company has one from its registration on. */
export async function findSubscription(db: Knex, companyId: number): Promise<Subscription | undefined> {
  return db('subscriptions')
    .where('subscriptions.company_id', companyId)
    .first<Subscription | undefined>(subscriptionColumns);
}
