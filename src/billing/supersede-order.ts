import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { orderEvidence } from './order-evidence.ts';
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
 * and is still asked about it; the order rule decides then. `supersededBy` is the order that took its place,
 * or null when the order no longer fits.
 */
export async function supersedeOrder(
  trx: Knex.Transaction,
  context: RequestContext,
  { payment, supersededBy }: { payment: Payment; supersededBy: string | null },
): Promise<void> {
  await trx('payments')
    .where({ id: payment.id, status: 'pending' })
    .update({ superseded_at: context.at, gateway_token: null });
  const order = orderEvidence(payment);
  await AuditLogger.logPayment(trx, context, {
    action: 'payment_superseded',
    success: true,
    ...order,
    details: {
      ...order.details,
      reason: supersededBy === null ? 'no-longer-fits' : 'newer-order',
      superseded_by: supersededBy,
    },
  });
}

/** Ends the company's open order when the payment just settled leaves no room for it. */
export async function endOrderThatNoLongerFits(
  trx: Knex.Transaction,
  context: RequestContext,
  subscription: Subscription,
): Promise<void> {
  const open = await findOpenOrder(trx, subscription.company_id);
  if (open === undefined || checkOrder(subscription, open, context.at).ok) return;
  await supersedeOrder(trx, context, { payment: open, supersededBy: null });
}
