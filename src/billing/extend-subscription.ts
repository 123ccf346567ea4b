import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import type { BoughtPeriod } from './bought-period.ts';
import type { Plan } from '../plan.ts';
import { pricesOf } from './price-facts.ts';
import { subscriptionColumns, type Payment, type Subscription } from './queries.ts';
import { subscriptionState } from './subscription-state.ts';

/**
 * Adds the period that a payment bought, as `decideSettlement` found it, to the locked subscription, and puts
 * its plan in force at once. Throws when its audit row cannot be written.
 */
export async function extendSubscription(
  trx: Knex.Transaction,
  context: RequestContext,
  { payment, before, period }: { payment: Payment; before: Subscription; period: BoughtPeriod },
): Promise<Subscription> {
  const { state } = subscriptionState(before, context.at);
  const after = {
    plan: payment.plan,
    billing_currency: payment.currency,
    paid_prices: pricesOf(payment),
    period_started_at: period.monthsCountedFrom,
    period_ends_at: period.end,
    updated_at: context.at,
  };
  await trx('subscriptions').where('company_id', payment.company_id).update(after);
  await auditChange(trx, context, { payment, before, planAfter: after.plan, state, period });
  return { ...before, ...after };
}

/**
 * Locks a company's subscription until the transaction ends; orders and settlements of one company queue
 * here.
 */
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
  change: { payment: Payment; before: Subscription; planAfter: Plan; state: string; period: BoughtPeriod },
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
      period_start: period.start,
      // Only where a smaller plan's paid time was still running.
      converted_seconds: period.conversion === null ? undefined : Math.floor(period.conversion.leftMs / 1000),
      converted_to_days: period.conversion?.days,
    },
  });
}
