import type { Knex } from 'knex';
import { sumTakenByOthers } from '../../billing/chargebacks/queries.ts';

/**
 * The disputed part of the charge, in minor units; all of it while the bank has not told. Never more than
 * other cases of the payment left of it: a bank cannot take more than was charged. The payment is locked.
 */
export async function disputedMinor(
  trx: Knex.Transaction,
  dispute: { id: number; amount_minor: number | null; payment_id: number },
): Promise<number> {
  const row = await trx('payments')
    .where({ id: dispute.payment_id })
    .first<{ charged_minor: number | null } | undefined>('charged_minor');
  const charged = row?.charged_minor ?? 0;
  const others = await sumTakenByOthers(trx, { paymentId: dispute.payment_id, disputeId: dispute.id });
  return Math.max(0, Math.min(dispute.amount_minor ?? charged, charged - others));
}
