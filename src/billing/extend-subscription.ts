import type { AuditEntry } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { personOf } from './order-evidence.ts';
import type { BoughtPeriod } from './bought-period.ts';
import { changeDetails } from './change-details.ts';
import { pricesOf } from './price-facts.ts';
import type { Payment, Subscription } from './queries.ts';
import type { PaidColumns } from './segments.ts';

/** The columns that a payment changes (`writeSettlement`). */
export type ExtendedTime = PaidColumns &
  Pick<Subscription, 'grace_plan' | 'billing_currency' | 'paid_prices' | 'period_started_at'>;

/** The paid time as a payment extends it. */
interface Extension {
  extended: ExtendedTime;
  after: Subscription;
  /** Its audit row: a settlement writes all of its rows together, or none. */
  entry: AuditEntry;
}

/**
 * Adds the period that a payment bought, as `decideSettlement` found it, to the locked subscription. Its plan
 * is in force when that period begins. A payment ends a cancellation and the wish for a smaller plan.
 */
export function extendSubscription(
  context: RequestContext,
  { payment, before, period }: { payment: Payment; before: Subscription; period: BoughtPeriod },
): Extension {
  const extended: ExtendedTime = {
    ...period.paid,
    grace_plan: period.gracePlan,
    billing_currency: payment.currency,
    paid_prices: pricesOf(payment),
    period_started_at: period.monthsCountedFrom,
  };
  const after = { ...before, ...extended, wanted_plan: null, cancel_requested_at: null, cancels_at: null };
  return { extended, after, entry: entryOf(context, { payment, before, after, period }) };
}

function entryOf(
  context: RequestContext,
  change: { payment: Payment; before: Subscription; after: Subscription; period: BoughtPeriod },
): AuditEntry {
  const { payment, before, after, period } = change;
  return {
    action: 'subscription_change',
    success: true,
    resourceType: 'subscription',
    resourceId: payment.company_id,
    userId: personOf(context, payment),
    companyId: payment.company_id,
    details: {
      payment_id: payment.id,
      merchant_oid: payment.merchant_oid,
      ...changeDetails(before, after, context.at),
      plan_bought: payment.plan,
      period_start: period.start,
      // Only where a smaller plan's paid time was still running.
      converted_seconds: period.conversion === null ? undefined : Math.floor(period.conversion.leftMs / 1000),
      converted_to_days: period.conversion?.days,
    },
  };
}
