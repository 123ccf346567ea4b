import type { Knex } from 'knex';
import { NotFound } from '../errors.ts';
import { caseColumns, type CaseRow } from './case-row.ts';

/**
 * A case, locked until the transaction ends, and before it its payment, as notices and refunds do: cases of
 * one payment share its money. Throws `NotFound` when there is none.
 */
export async function lockCase(trx: Knex.Transaction, disputeId: number): Promise<CaseRow> {
  await trx('payments')
    .whereIn('id', trx('disputes').where({ id: disputeId }).select('payment_id'))
    .forNoKeyUpdate()
    .select('id');
  const row = await trx('disputes')
    .where('disputes.id', disputeId)
    .forUpdate()
    .first<CaseRow | undefined>([...caseColumns(trx)]);
  if (row === undefined) throw new NotFound();
  return row;
}

/** The case with a bank's reference, whatever its capitals, locked until the transaction ends. */
export async function lockCaseByReference(
  trx: Knex.Transaction,
  reference: string,
): Promise<CaseRow | undefined> {
  return trx('disputes')
    .whereRaw('upper(disputes.reference) = upper(?)', [reference])
    .forUpdate()
    .first<CaseRow | undefined>([...caseColumns(trx)]);
}

/** The newest warning about a payment of which no bank has told yet, locked until the transaction ends. */
export async function lockOpenWarning(
  trx: Knex.Transaction,
  paymentId: number,
): Promise<CaseRow | undefined> {
  return trx('disputes')
    .where({ payment_id: paymentId, state: 'warned' })
    .whereNull('reference')
    .orderBy('id', 'desc')
    .forUpdate()
    .first<CaseRow | undefined>([...caseColumns(trx)]);
}
