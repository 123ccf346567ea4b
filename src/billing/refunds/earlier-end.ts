import type { Knex } from 'knex';
import type { Invoice } from '../invoices/queries.ts';
import { withoutUnusedTime } from '../life/unused-time.ts';
import type { Plan } from '../../plan.ts';
import type { Subscription } from '../queries.ts';
import { paidUntilOf, subscriptionState } from '../subscription-state.ts';
import type { RefundTotal } from './queries.ts';

type Ending = Pick<RefundTotal, 'state' | 'ends_paid_time'>;

/** When the paid time ends now, and when after a refund that ends it: the same for an upgrade. */
export interface EarlierEnd {
  before: Date;
  after: Date;
  /** The plan in force afterwards: a smaller one when an upgrade is taken back. */
  plan: Plan;
  /** When workspaces close because no paid time is left; null when paid time goes on. */
  closes: Date | 'now' | null;
}

/**
 * When the paid time would end if the unused rest of what a payment bought were taken back. Null when there
 * is nothing to take, or an earlier refund of the payment has taken it (`hasEndedPaidTime`).
 */
export async function findEarlierEnd(
  db: Knex,
  input: { invoice: Invoice | undefined; subscription: Subscription; refunds: readonly Ending[]; at: Date },
): Promise<EarlierEnd | null> {
  const { invoice, subscription, refunds, at } = input;
  const before = paidUntilOf(subscription);
  if (invoice === undefined || before === null || hasEndedPaidTime(refunds)) return null;
  const without = await withoutUnusedTime(db, { subscription, invoice, at });
  const after = without === null ? null : paidUntilOf(without);
  if (without === null || after === null) return null;
  // Without paid time the subscription is cancelled, and a trial that still runs goes on until its end.
  const { mayOpen, opensUntil } = subscriptionState(without, at);
  const { plan } = without;
  return { before, after, plan, closes: after > at ? null : mayOpen ? opensUntil : 'now' };
}

/**
 * True when a refund has ended the paid time of its payment. A part given back later does not take more: time
 * of other payments may lie where it was.
 */
export function hasEndedPaidTime(refunds: readonly Ending[]): boolean {
  return refunds.some(({ state, ends_paid_time }) => state === 'done' && ends_paid_time === true);
}
