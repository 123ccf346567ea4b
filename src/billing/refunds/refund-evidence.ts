import { paymentEntry, type PaymentEvent } from '../../audit/audit-entries.ts';
import type { AuditEntry } from '../../audit/audit-logger.ts';
import type { AuditReasonText } from '../../audit/reasons.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { orderEvidence } from '../order-evidence.ts';
import type { Payment } from '../queries.ts';
import type { Refund } from './queries.ts';
import { refundCurrency } from './refundable.ts';

/**
 * An audit row about a refund: the order, the refund, and what is told besides. `amount_minor` is that of the
 * refund, and `order_amount_minor` what was ordered. The person is the operator who acts; the payer when the
 * system does.
 */
export function refundEntry(
  context: RequestContext,
  input: {
    action: Extract<PaymentEvent['action'], `refund_${string}`>;
    payment: Payment;
    refund: Pick<Refund, 'amount_minor'> & Partial<Refund>;
    success?: boolean;
    reason?: AuditReasonText;
    details?: Record<string, unknown>;
  },
): AuditEntry {
  const { action, payment, refund, success = true, reason, details } = input;
  const order = orderEvidence(payment);
  return paymentEntry({
    action,
    success,
    ...order,
    userId: context.userId ?? payment.user_id,
    details: {
      ...order.details,
      order_amount_minor: payment.amount_minor,
      amount_minor: refund.amount_minor,
      currency: refundCurrency(payment),
      refund_id: refund.id,
      reference_no: refund.reference_no,
      source: refund.source,
      policy: refund.policy,
      refund_reason: refund.reason,
      ends_paid_time: refund.ends_paid_time,
      ...details,
    },
    ...(reason === undefined ? {} : { reason }),
  });
}
