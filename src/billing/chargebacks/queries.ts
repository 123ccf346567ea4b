import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';

/** A record of money that a bank took in a dispute, or gave again. Amounts are minor units. */
export interface Chargeback {
  id: number;
  kind: 'taken' | 'restored';
  chargeback_no: string;
  issued_at: Date;
  currency: Currency;
  total_minor: number;
  /** Null, like the period, when the payment has no receipt. */
  tax_minor: number | null;
  invoice_no: string | null;
  plan: string;
  period_start: Date | null;
  period_end: Date | null;
}

const columns = [
  'chargebacks.id',
  'chargebacks.kind',
  'chargebacks.chargeback_no',
  'chargebacks.issued_at',
  'chargebacks.currency',
  'chargebacks.total_minor',
  'chargebacks.tax_minor',
  'chargebacks.invoice_no',
  'chargebacks.plan',
  'chargebacks.period_start',
  'chargebacks.period_end',
];

/** The records of a case, oldest first. */
export async function listChargebacks(db: Knex, disputeId: number): Promise<Chargeback[]> {
  return db('chargebacks').where({ dispute_id: disputeId }).orderBy('id').select<Chargeback[]>(columns);
}

/** The record by which a bank has money of the case now; undefined when it has none. */
export async function findStandingChargeback(db: Knex, disputeId: number): Promise<Chargeback | undefined> {
  return db('chargebacks')
    .leftJoin('chargebacks as undone', 'undone.restores', 'chargebacks.id')
    .where({ 'chargebacks.dispute_id': disputeId, 'chargebacks.kind': 'taken' })
    .whereNull('undone.id')
    .orderBy('chargebacks.id', 'desc')
    .first<Chargeback | undefined>(columns);
}

/** The money of a payment that banks have now by its other cases, in minor units. */
export async function sumTakenByOthers(
  db: Knex,
  { paymentId, disputeId }: { paymentId: number; disputeId: number },
): Promise<number> {
  const row = await db('chargebacks')
    .leftJoin('chargebacks as undone', 'undone.restores', 'chargebacks.id')
    .where({ 'chargebacks.payment_id': paymentId, 'chargebacks.kind': 'taken' })
    .whereNot('chargebacks.dispute_id', disputeId)
    .whereNull('undone.id')
    .first<{ sum: number } | undefined>(db.raw('coalesce(sum(chargebacks.total_minor), 0)::bigint as sum'));
  return row?.sum ?? 0;
}
