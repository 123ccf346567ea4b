import type { Knex } from 'knex';
import type { LockedOrder } from '../lock-order.ts';
import { isCardOrder } from '../stored-cards/card-order.ts';
import { findChargedPeriod } from '../stored-cards/renewal-queries.ts';
import { paidUntilOf } from '../subscription-state.ts';
import type { Decision } from './decide-settlement.ts';

type Held = Extract<Decision, { outcome: 'review' }>;

/**
 * Puts the charge of a stored card in review when the period that it was announced for was paid otherwise, or
 * the subscription was cancelled meanwhile: nobody pressed a button for it, so it buys nothing else and ends
 * no cancellation. Any other decision stays.
 */
export async function holdStrayCharge<Other extends { outcome: string }>(
  trx: Knex.Transaction,
  order: LockedOrder | undefined,
  decision: Other,
): Promise<Other | Held> {
  if (order === undefined || decision.outcome !== 'paid' || !isCardOrder(order.payment)) return decision;
  const charged = await findChargedPeriod(trx, order.payment.id);
  if (charged === undefined) return decision;
  const { subscription } = order;
  const fits = paidUntilOf(subscription)?.getTime() === charged.due_at.getTime();
  if (fits && subscription.cancels_at === null) return decision;
  return { outcome: 'review', reason: 'paid_time_changed' };
}
