import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { AuditAction } from '../../audit/actions.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { answeredStates, closedStates, type CaseState } from '../case-states.ts';
import { caseEntry } from './case-entry.ts';
import type { CaseRow } from '../case-row.ts';

/**
 * Moves a locked case to another state, with its audit row in the same transaction. A state that ends the
 * case notes who closed it and when; one that goes on takes that back. Once an answer was sent there is no
 * last day any more. The caller has checked that the move is allowed.
 */
export async function moveCase(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    dispute: CaseRow;
    to: CaseState;
    action: Extract<AuditAction, `dispute_${string}`>;
    /** Columns that change with the state. */
    changes?: Partial<CaseRow> & { note?: string | null };
    details?: Record<string, unknown>;
  },
): Promise<void> {
  const { dispute, to, action, changes = {}, details } = input;
  const isClosed = closedStates.includes(to);
  await trx('disputes')
    .where({ id: dispute.id })
    .update({
      state: to,
      closed_at: isClosed ? context.at : null,
      closed_by: isClosed ? context.userId : null,
      ...(answeredStates.includes(to) ? { answer_by: null } : {}),
      ...changes,
    });
  await AuditLogger.logOrThrow(
    trx,
    context,
    caseEntry(context, {
      action,
      dispute: { ...dispute, round: changes.round ?? dispute.round },
      details: { state_before: dispute.state, state_after: to, ...details },
    }),
  );
}
