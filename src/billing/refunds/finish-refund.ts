import type { Knex } from 'knex';
import { paymentEntry } from '../../audit/audit-entries.ts';
import { AuditLogger, type AuditEntry } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { findInvoiceOfPayment, type Invoice } from '../invoices/queries.ts';
import type { LockedOrder } from '../lock-order.ts';
import { orderEvidence } from '../order-evidence.ts';
import { findParties } from '../queries.ts';
import { paidUntilOf } from '../subscription-state.ts';
import { issueReversal } from '../reversals/issue-reversal.ts';
import { endPaidTime } from '../life/end-paid-time.ts';
import { hasEndedPaidTime } from './earlier-end.ts';
import { lockRefunds, type Refund } from './queries.ts';
import { queueRefundMail } from './queue-refund-mail.ts';
import { refundEntry } from './refund-evidence.ts';
import { sumRefunds } from './refundable.ts';

/** How it is known that the gateway made a refund. */
type KnownBy = 'answer' | 'status-query';

/**
 * Writes down that the gateway made a refund, in the caller's transaction, which has locked the order: the
 * refund, the paid time if it ends, the reversal, the mail to the payer, and every audit row, all or nothing.
 * The row of the refund is there already, as one under way or one found in the panel.
 */
export async function finishRefund(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    order: LockedOrder;
    refund: Refund;
    knownBy: KnownBy;
    gatewayMessage: string | null;
    config: Config;
  },
): Promise<void> {
  const { order, refund, config } = input;
  const { payment } = order;
  const invoice = await findInvoiceOfPayment(trx, payment.company_id, payment.id);
  const endsPaidTime =
    refund.ends_paid_time === true && !hasEndedPaidTime(await lockRefunds(trx, payment.id));
  const done = await noteDone(trx, context, input);
  await AuditLogger.logOrThrow(trx, context, done, ...(await leaveReview(trx, context, order, refund)));
  const paidUntil = endsPaidTime ? await endPaidTime(trx, context, { payment, cause: 'refunded' }) : null;
  const parties = await findParties(trx, payment.id);
  if (parties === undefined) throw new Error('Bug! A payment without a person or a company');
  const issued = await reverse(trx, context, { invoice, refund, payerId: payment.user_id, config });
  if (issued !== null) await AuditLogger.logOrThrow(trx, context, issued.entry);
  await queueRefundMail(trx, context, {
    refund,
    payment,
    payer: parties.payer,
    reversal: issued?.reversal ?? null,
    paidUntil,
    paidUntilBefore: paidUntilOf(order.subscription),
    config,
  });
}

async function noteDone(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { order: LockedOrder; refund: Refund; knownBy: KnownBy; gatewayMessage: string | null },
): Promise<AuditEntry> {
  const { order, refund, knownBy, gatewayMessage } = input;
  const isFound = refund.source === 'panel';
  if (!isFound)
    await trx('refunds').where('id', refund.id).update({
      state: 'done',
      decided_at: context.at,
      gateway_code: null,
      gateway_message: gatewayMessage,
      send_again_at: null,
      ask_again_at: null,
    });
  return refundEntry(context, {
    action: isFound ? 'refund_discovered' : 'refund_completed',
    payment: order.payment,
    refund,
    details: { known_by: knownBy, gateway_message: gatewayMessage, gateway_date: refund.gateway_date },
  });
}

/**
 * A charge that was never activated leaves the review once we have given all of it back. One that was given
 * back in the gateway's panel stays: a person looks at it.
 */
async function leaveReview(
  trx: Knex.Transaction,
  context: RequestContext,
  { payment }: LockedOrder,
  refund: Refund,
): Promise<AuditEntry[]> {
  if (payment.status !== 'review' || refund.source !== 'ours') return [];
  const { remainingMinor, doneMinor } = sumRefunds(payment, await lockRefunds(trx, payment.id));
  if (remainingMinor > 0) return [];
  await trx('payments').where('id', payment.id).update({ status: 'refunded' });
  const order = orderEvidence(payment);
  return [
    paymentEntry({
      action: 'payment_returned',
      success: true,
      ...order,
      userId: context.userId ?? payment.user_id,
      details: { ...order.details, review_reason: payment.review_reason, returned_minor: doneMinor },
    }),
  ];
}

async function reverse(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { invoice: Invoice | undefined; refund: Refund; payerId: number; config: Config },
): Promise<Awaited<ReturnType<typeof issueReversal>>> {
  const { invoice, refund, payerId, config } = input;
  if (invoice === undefined) return null;
  const issued = await issueReversal(trx, context, { refund, invoice, payerId, config });
  if (issued === null || issued.reversal.total_minor < refund.amount_minor)
    context.log.error(
      { refund_id: refund.id, invoice_no: invoice.invoice_no, amount_minor: refund.amount_minor },
      'more was given back than the invoice is over: a person must look',
    );
  return issued;
}
