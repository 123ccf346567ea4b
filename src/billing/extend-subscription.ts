import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { nextPeriod, type Period } from './period.ts';
import { isUpgrade, type Plan } from './plans.ts';
import { subscriptionColumns, type Payment, type Subscription } from './queries.ts';
import { subscriptionState } from './subscription-state.ts';

/**
 * Adds the period a payment bought and puts its plan in force at once. Two payments settled at the same moment wait for
 * each other, so no month is lost. A payment for a lower plan that arrives late, while a higher paid period runs, adds its month
 * but takes nothing away: the higher plan stays until all paid time is over. Throws when its audit row cannot be written.
 */
export async function extendSubscription(
  trx: Knex.Transaction,
  context: RequestContext,
  payment: Payment,
): Promise<Period> {
  const before = await lockSubscription(trx, payment.company_id);
  const { state } = subscriptionState(before, context.at);
  const period = nextPeriod(before, context.at);
  const after = {
    plan: state === 'active' && isUpgrade(payment.plan, before.plan) ? before.plan : payment.plan,
    billing_currency: payment.currency,
    period_started_at: state === 'active' ? before.period_started_at : period.start,
    period_ends_at: period.end,
  };
  await trx('subscriptions')
    .where('company_id', payment.company_id)
    .update({ ...after, updated_at: context.at });
  await auditChange(trx, context, { payment, before, planAfter: after.plan, state, period });
  return period;
}

/** Locks a company's subscription until the transaction ends; orders and settlements of one company queue here. */
export async function lockSubscription(trx: Knex.Transaction, companyId: number): Promise<Subscription> {
  const subscription = await trx('subscriptions')
    .where('subscriptions.company_id', companyId)
    .forUpdate()
    .first<Subscription | undefined>(subscriptionColumns);
  if (subscription === undefined) throw new Error(`Bug! Company ${String(companyId)} has no subscription`);
  return subscription;
}

async function auditChange(
  trx: Knex.Transaction,
  context: RequestContext,
  change: { payment: Payment; before: Subscription; planAfter: Plan; state: string; period: Period },
): Promise<void> {
  const { payment, before, planAfter, state, period } = change;
  await AuditLogger.logOrThrow(trx, context, {
    action: 'subscription_change',
    success: true,
    resourceType: 'subscription',
    resourceId: payment.company_id,
    userId: payment.user_id,
    companyId: payment.company_id,
    details: {
      payment_id: payment.id,
      merchant_oid: payment.merchant_oid,
      state_before: state,
      plan_before: before.plan,
      plan_after: planAfter,
      plan_bought: payment.plan,
      paid_until_before: before.period_ends_at,
      paid_until_after: period.end,
    },
  });
}
