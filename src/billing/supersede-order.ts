import type { Knex } from 'knex';
import { paymentEntry } from '../audit/audit-entries.ts';
import { AuditLogger, type AuditEntry } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { orderEvidence, personOf } from './order-evidence.ts';
import { checkOrder } from './order-rules.ts';
import { paymentColumns, type Payment, type Subscription } from './queries.ts';

/** The one open order of a company. The caller has locked the company's subscription. */
export async function findOpenOrder(trx: Knex.Transaction, companyId: number): Promise<Payment | undefined> {
  return (
    trx('payments')
      .where('payments.company_id', companyId)
      // The status stands in the text instead of a binding: only a constant lets Postgres use the partial
      // index of open orders.
      .whereRaw("payments.status = 'pending'")
      .whereNull('payments.superseded_at')
      .options({ name: 'find-open-order' })
      .first<Payment | undefined>(paymentColumns)
  );
}

/**
 * Ends an open order: its payment page is not shown any more. The gateway may still report a charge for it
 * and is still asked about it; the order rule decides then. `supersededBy` is the order that took its place.
 */
export async function supersedeOrder(
  trx: Knex.Transaction,
  context: RequestContext,
  { payment, supersededBy }: { payment: Payment; supersededBy: string },
): Promise<void> {
  await AuditLogger.log(trx, context, await endOrder(trx, context, payment, supersededBy));
}

/**
 * Ends the company's open order when the payment just settled leaves no room for it. Returns its audit row,
 * if there is one: a settlement writes all of its rows together, or none.
 */
export async function endOrderThatNoLongerFits(
  trx: Knex.Transaction,
  context: RequestContext,
  subscription: Subscription,
): Promise<AuditEntry[]> {
  const open = await findOpenOrder(trx, subscription.company_id);
  if (open === undefined || checkOrder(subscription, open, context.at).ok) return [];
  return [await endOrder(trx, context, open, null)];
}

/**
 * Ends the company's open order when its paid time is given up at once: a payment takes the cancellation
 * back, so nobody should pay by a page that was open before.
 */
export async function endOpenOrder(
  trx: Knex.Transaction,
  context: RequestContext,
  companyId: number,
): Promise<void> {
  const open = await findOpenOrder(trx, companyId);
  if (open !== undefined) await AuditLogger.log(trx, context, await endOrder(trx, context, open, null));
}

async function endOrder(
  trx: Knex.Transaction,
  context: RequestContext,
  payment: Payment,
  supersededBy: string | null,
): Promise<AuditEntry> {
  await trx('payments')
    .where({ id: payment.id, status: 'pending' })
    .update({ superseded_at: context.at, gateway_token: null });
  const order = orderEvidence(payment);
  return paymentEntry({
    action: 'payment_superseded',
    success: true,
    ...order,
    userId: personOf(context, payment),
    details: {
      ...order.details,
      reason: supersededBy === null ? 'no-longer-fits' : 'newer-order',
      superseded_by: supersededBy,
    },
  });
}
