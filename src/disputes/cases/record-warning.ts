import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { CaseSource } from '../case-states.ts';
import { lockOpenWarning } from './lock-case.ts';
import { noFacts, openCase } from './open-case.ts';

interface Warning {
  companyId: number;
  paymentId: number;
  source: Exclude<CaseSource, 'bank'>;
  /** What the person says, at most 2 000 characters; null: nothing. */
  claim: string | null;
}

/**
 * Opens a `warned` case: somebody objects to a payment before a bank does. A second warning about the same
 * payment while one is open is the same case. Throws for a payment of another company. Returns its number.
 */
export async function recordWarning(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, paymentId, source, claim }: Warning,
): Promise<{ disputeId: number; isNew: boolean }> {
  const payment = await trx('payments')
    .where({ id: paymentId, company_id: companyId })
    .forUpdate()
    .first<{ user_id: number } | undefined>('user_id');
  if (payment === undefined) throw new Error(`Bug! Company ${companyId} has no payment ${paymentId}`);
  const open = await lockOpenWarning(trx, paymentId);
  if (open !== undefined) return { disputeId: open.id, isNew: false };
  const opened = await openCase(trx, context, {
    ...noFacts,
    company_id: companyId,
    payment_id: paymentId,
    user_id: payment.user_id,
    state: 'warned',
    reference: null,
    source,
    claim,
    received_at: context.at,
  });
  return { disputeId: opened.id, isNew: true };
}
