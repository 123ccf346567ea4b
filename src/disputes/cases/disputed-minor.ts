import type { Knex } from 'knex';

/** The disputed part of the charge, in minor units; all of it while the bank has not told. */
export async function disputedMinor(
  trx: Knex.Transaction,
  dispute: { amount_minor: number | null; payment_id: number },
): Promise<number> {
  if (dispute.amount_minor !== null) return dispute.amount_minor;
  const row = await trx('payments')
    .where({ id: dispute.payment_id })
    .first<{ charged_minor: number | null } | undefined>('charged_minor');
  return row?.charged_minor ?? 0;
}
