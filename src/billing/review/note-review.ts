import type { Knex } from 'knex';
import { paymentEntry, type PaymentEvent } from '../../audit/audit-entries.ts';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { lockOrder } from '../lock-order.ts';
import { orderEvidence, personOf } from '../order-evidence.ts';
import type { Payment } from '../queries.ts';
import { lockRefunds } from '../refunds/queries.ts';
import { openRefund, sumRefunds } from '../refunds/refundable.ts';

/** A decision of an operator about a charge in review, and the reason. */
export interface ReviewNote {
  merchantOid: string;
  operatorId: number;
  note: string;
}

/** Whether it was written down, or why not. */
export type NotedReview = { ok: true } | { ok: false; reason: 'not-review' | 'not-returned' | 'under-way' };

/** Leaves a charge in review, with a note. Undefined for an unknown order. */
export async function noteReview(
  db: Knex,
  context: RequestContext,
  input: ReviewNote,
): Promise<NotedReview | undefined> {
  return decide(db, input, async (trx, payment) => {
    await write(trx, context, payment, { ...input, decision: 'noted', action: 'payment_review_noted' });
    return { ok: true };
  });
}

/**
 * Lets a charge leave the review of which everything was given back in the gateway's panel: nothing is left
 * to decide. A charge that we give back ourselves leaves it without that.
 */
export async function closeReturned(
  db: Knex,
  context: RequestContext,
  input: ReviewNote,
): Promise<NotedReview | undefined> {
  return decide(db, input, async (trx, payment) => {
    const refunds = await lockRefunds(trx, payment.id);
    const { doneMinor, remainingMinor } = sumRefunds(payment, refunds);
    if (openRefund(refunds) !== undefined) return { ok: false, reason: 'under-way' };
    if (doneMinor === 0 || remainingMinor > 0) return { ok: false, reason: 'not-returned' };
    await trx('payments').where('id', payment.id).update({ status: 'refunded' });
    const details = { returned_minor: doneMinor };
    await write(trx, context, payment, {
      ...input,
      decision: 'returned',
      action: 'payment_returned',
      details,
    });
    return { ok: true };
  });
}

/** Keeps a decision of an operator beside the payment; the caller writes the audit row. */
export async function insertReview(
  trx: Knex.Transaction,
  context: RequestContext,
  input: Pick<ReviewNote, 'operatorId' | 'note'> & {
    payment: Payment;
    decision: 'accepted' | 'returned' | 'noted';
  },
): Promise<void> {
  const { payment, decision, operatorId, note } = input;
  await trx('payment_reviews').insert({
    payment_id: payment.id,
    company_id: payment.company_id,
    decision,
    review_reason: payment.review_reason,
    note,
    decided_by: operatorId,
    decided_at: context.at,
  });
}

async function decide(
  db: Knex,
  { merchantOid }: ReviewNote,
  act: (trx: Knex.Transaction, payment: Payment) => Promise<NotedReview>,
): Promise<NotedReview | undefined> {
  return db.transaction(async (trx) => {
    const order = await lockOrder(trx, merchantOid);
    if (order === undefined) return undefined;
    if (order.payment.status !== 'review') return { ok: false, reason: 'not-review' };
    return act(trx, order.payment);
  });
}

async function write(
  trx: Knex.Transaction,
  context: RequestContext,
  payment: Payment,
  input: ReviewNote & {
    decision: 'returned' | 'noted';
    action: Extract<PaymentEvent['action'], 'payment_returned' | 'payment_review_noted'>;
    details?: Record<string, unknown>;
  },
): Promise<void> {
  const { note, action, details } = input;
  await insertReview(trx, context, { payment, ...input });
  const order = orderEvidence(payment);
  const entry = paymentEntry({
    action,
    success: true,
    ...order,
    userId: personOf(context, payment),
    details: { ...order.details, note, review_reason: payment.review_reason, ...details },
  });
  await AuditLogger.logOrThrow(trx, context, entry);
}
