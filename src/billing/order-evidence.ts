import type { PaymentEvent } from '../audit/audit-entries.ts';
import type { Payment } from './queries.ts';

/**
 * What every audit row about a payment says: whose order it is (whoever the actor is), and in `details` what
 * was ordered. Amounts in minor units.
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
      test_mode: payment.test_mode,
    },
  };
}
