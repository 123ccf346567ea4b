import type { Knex } from 'knex';
import type { Currency } from '../currency.ts';
import type { CaseSource, CaseState } from './case-states.ts';
import type { Network } from './networks.ts';

/** A case with the names that its pages show. */
export interface DisputeCase {
  id: number;
  company_id: number;
  company_name: string;
  payment_id: number;
  merchant_oid: string;
  user_id: number;
  payer_name: string;
  payer_email: string;
  state: CaseState;
  round: 1 | 2;
  /** The bank's; null while no bank has told of the case. */
  reference: string | null;
  source: CaseSource;
  network: Network | null;
  reason_code: string | null;
  claim: string | null;
  /** Minor units; null until the bank has told. */
  amount_minor: number | null;
  currency: Currency | null;
  received_at: Date;
  /** The last instant for an answer; null where none is known, and after one was sent. */
  answer_by: Date | null;
  /** Days (YYYY-MM-DD) of the dispute at the network. */
  submitted_on: string | null;
  processed_on: string | null;
  opened_at: Date;
  /** When the bank's dispute came; null while the case is only a warning. */
  disputed_at: Date | null;
  opened_by: number | null;
  fee_minor: number | null;
  lost_minor: number | null;
  closed_at: Date | null;
  closed_by: number | null;
  note: string | null;
  refund_id: number | null;
  /** The package that is fixed as the answer; null while none is. */
  frozen_package_id: number | null;
  /** The charge of the payment, in minor units of `charged_currency`. */
  charged_minor: number | null;
  charged_currency: Currency | null;
  payment_status: string;
}

/** A case; of any company when `companyId` is null. */
export async function findCase(
  db: Knex,
  { companyId, disputeId }: { companyId: number | null; disputeId: number },
): Promise<DisputeCase | undefined> {
  const query = cases(db).where('disputes.id', disputeId);
  if (companyId !== null) void query.where('disputes.company_id', companyId);
  return query.first<DisputeCase | undefined>();
}

/** Cases with the columns of `DisputeCase`; the caller narrows and orders them. */
export function cases(db: Knex): Knex.QueryBuilder {
  return db('disputes')
    .join('companies', 'companies.id', 'disputes.company_id')
    .join('payments', 'payments.id', 'disputes.payment_id')
    .join('users as payers', 'payers.id', 'disputes.user_id')
    .select([
      'disputes.id',
      'disputes.company_id',
      'companies.name as company_name',
      'disputes.payment_id',
      'payments.merchant_oid',
      'disputes.user_id',
      'payers.full_name as payer_name',
      'payers.email as payer_email',
      'disputes.state',
      'disputes.round',
      'disputes.reference',
      'disputes.source',
      'disputes.network',
      'disputes.reason_code',
      'disputes.claim',
      'disputes.amount_minor',
      'disputes.currency',
      'disputes.received_at',
      'disputes.answer_by',
      db.raw('disputes.submitted_on::text as submitted_on'),
      db.raw('disputes.processed_on::text as processed_on'),
      'disputes.opened_at',
      'disputes.disputed_at',
      'disputes.opened_by',
      'disputes.fee_minor',
      'disputes.lost_minor',
      'disputes.closed_at',
      'disputes.closed_by',
      'disputes.note',
      'disputes.refund_id',
      'disputes.frozen_package_id',
      'payments.charged_minor',
      'payments.charged_currency',
      'payments.status as payment_status',
    ]);
}
