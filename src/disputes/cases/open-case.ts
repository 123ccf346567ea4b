import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { placeCaseHold } from '../../holds/case-holds.ts';
import type { CaseSource, CaseState } from '../case-states.ts';
import { caseEntry } from './case-entry.ts';
import { caseColumns, type CaseFacts, type CaseRow } from '../case-row.ts';

/** A case to be opened, with what is known so far. */
interface NewCase extends CaseFacts {
  company_id: number;
  payment_id: number;
  user_id: number;
  state: Extract<CaseState, 'warned' | 'needs_response'>;
  reference: string | null;
  source: CaseSource;
  received_at: Date;
}

/**
 * Opens a case, and keeps the evidence of its company from retention, in the caller's transaction. The caller
 * has locked the payment and made sure that there is no case of this reference.
 */
export async function openCase(
  trx: Knex.Transaction,
  context: RequestContext,
  input: NewCase,
): Promise<CaseRow> {
  const [row] = await trx('disputes')
    .insert({
      ...input,
      opened_at: context.at,
      opened_by: context.userId,
      disputed_at: input.state === 'warned' ? null : context.at,
    })
    .returning<CaseRow[]>([...caseColumns(trx)]);
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  await placeCaseHold(trx, context, { companyId: row.company_id, disputeId: row.id, payerId: row.user_id });
  await AuditLogger.logOrThrow(
    trx,
    context,
    caseEntry(context, {
      action: 'dispute_opened',
      dispute: row,
      details: {
        state_after: row.state,
        source: row.source,
        network: row.network,
        reason_code: row.reason_code,
        amount_minor: row.amount_minor,
        currency: row.currency,
        received_at: row.received_at,
        answer_by: row.answer_by,
      },
    }),
  );
  return row;
}
