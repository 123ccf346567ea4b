import type { PaymentEvent } from '../audit/audit-entries.ts';
import type { RequestContext } from '../audit/request-context.ts';
import type { Payment } from './queries.ts';

/**
 * The part that all audit rows about a payment share: the person who ordered (the actor may be another one),
 * and the order in `details`. Amounts are in minor units.
 */
export function orderEvidence(
  payment: Payment,
): Pick<PaymentEvent, 'paymentId' | 'companyId' | 'userId' | 'details'> {
  return {
    paymentId: payment.id,
    companyId: payment.company_id,
    userId: payment.user_id,
    details: {
      merchant_oid: payment.merchant_oid,
      plan: payment.plan,
      amount_minor: payment.amount_minor,
      currency: payment.currency,
      // Absent for an order from before there were price lists.
      price_list_version: payment.price_facts?.list_version,
      test_mode: payment.test_mode,
    },
  };
}

/**
 * The person of an audit row about an order: the member of the platform's staff who acts, else the person who
 * ordered, also when the gateway or the system acts.
 */
export function personOf(
  { actorType, userId }: Pick<RequestContext, 'actorType' | 'userId'>,
  order: Pick<Payment, 'user_id'>,
): number {
  return actorType === 'operator' && userId !== null ? userId : order.user_id;
}
