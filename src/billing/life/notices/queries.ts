import type { Knex } from 'knex';
import { DAY_MS } from '../../../durations.ts';
import { GRACE_DAYS } from '../../plans.ts';
import { subscriptionColumns, type Subscription } from '../../queries.ts';
import type { Step } from './steps.ts';

/** A step that was noted for a company. */
export type NotedStep = Pick<Step, 'kind' | 'about'> & { company_id: number };

/**
 * Subscriptions with an end that is near or past, or with a plan to come, in the sequence of their companies,
 * some at a time; not those whose last step, the cancellation, is noted.
 */
export async function listSubscriptionsToFollow(
  db: Knex,
  { at, reminderDays, after, limit }: { at: Date; reminderDays: number; after: number; limit: number },
): Promise<Subscription[]> {
  return db('subscriptions')
    .where('subscriptions.company_id', '>', after)
    .where((near) => {
      // The days of grace lie between the end of the paid time, which reminders are about, and this.
      const before = new Date(at.getTime() + (reminderDays + GRACE_DAYS) * DAY_MS);
      near
        .where('subscriptions.opens_until', '<=', before)
        // A plan that is paid ahead begins long before the end.
        .orWhereNotNull('subscriptions.next_plan');
    })
    .whereNotExists(
      db('subscription_notices')
        .where('subscription_notices.company_id', db.ref('subscriptions.company_id'))
        .where('subscription_notices.kind', 'cancelled')
        .where('subscription_notices.about', '>=', db.ref('subscriptions.opens_until'))
        .select('subscription_notices.company_id'),
    )
    .orderBy('subscriptions.company_id')
    .limit(limit)
    .select<Subscription[]>(subscriptionColumns);
}

/** The steps of some companies that are noted. */
export async function listNotedSteps(db: Knex, companyIds: number[]): Promise<NotedStep[]> {
  return db('subscription_notices')
    .whereIn('subscription_notices.company_id', companyIds)
    .select<NotedStep[]>([
      'subscription_notices.company_id',
      'subscription_notices.kind',
      'subscription_notices.about',
    ]);
}
