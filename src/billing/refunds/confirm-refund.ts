import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { reconcileRefunds } from './reconcile-refunds.ts';
import { sendRefund, type RefundParts, type SentRefund } from './send-refund.ts';

/**
 * The second step of a refund: an operator confirms it, and it goes to the gateway (`sendRefund`). When the
 * gateway says that more would be given back than was paid, it knows of a refund that we do not: it is asked.
 */
export async function confirmRefund(
  db: Knex,
  context: RequestContext,
  input: RefundParts & { merchantOid: string; refundId: number; operatorId: number },
): Promise<SentRefund | undefined> {
  const sent = await sendRefund(db, context, { ...input, from: 'requested' });
  if (sent?.ok === true && sent.isOverPayment) await reconcileRefunds(db, context, input);
  return sent;
}
