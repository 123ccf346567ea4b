import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { AuditCause } from '../../audit/reasons.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { changeDetails } from '../change-details.ts';
import { lockSubscription } from '../lock-order.ts';
import { findInvoiceOfPayment } from '../invoices/queries.ts';
import { personOf } from '../order-evidence.ts';
import type { Payment } from '../queries.ts';
import { paidUntilOf } from '../subscription-state.ts';
import { withoutUnusedTime } from './unused-time.ts';

/**
 * Takes back what is unused of the time that a payment bought, in the caller's transaction, with its audit
 * row (`withoutUnusedTime` has the rule, and shows the outcome before). Returns the end of the paid time
 * afterwards; null when nothing was left of it, or the payment never bought any. Throws when the audit row
 * cannot be written.
 *
 * Locks the subscription. A caller that locks the payment as well does so by `lockOrder`, or afterwards:
 * settlements lock in that sequence.
 */
export async function endPaidTime(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    payment: Pick<Payment, 'id' | 'company_id' | 'user_id' | 'merchant_oid'>;
    cause: Extract<AuditCause, 'refunded' | 'disputed'>;
  },
): Promise<Date | null> {
  const { payment, cause } = input;
  const before = await lockSubscription(trx, payment.company_id);
  const invoice = await findInvoiceOfPayment(trx, payment.company_id, payment.id);
  if (invoice === undefined) return null;
  const after = await withoutUnusedTime(trx, { subscription: before, invoice, at: context.at });
  if (after === null) return null;
  const { company_id: companyId, ...columns } = after;
  // A cancellation that this brings is nobody's wish; one that a person made keeps its name and words.
  const isOurs = after.cancels_at !== before.cancels_at;
  await trx('subscriptions')
    .where('company_id', companyId)
    .update({
      ...columns,
      ...(isOurs ? { cancelled_by: null, cancel_reason: null } : {}),
      updated_at: context.at,
    });
  if (paidUntilOf(after)?.getTime() !== paidUntilOf(before)?.getTime())
    await trx('payments').where('id', payment.id).update({ time_taken_at: context.at });
  await AuditLogger.logOrThrow(trx, context, {
    action: 'subscription_change',
    success: true,
    resourceType: 'subscription',
    resourceId: companyId,
    companyId,
    userId: personOf(context, payment),
    details: {
      change: 'ended',
      cause,
      payment_id: payment.id,
      merchant_oid: payment.merchant_oid,
      period_start: invoice.period_start,
      period_end: invoice.period_end,
      ...changeDetails(before, after, context.at),
    },
  });
  return paidUntilOf(after);
}
