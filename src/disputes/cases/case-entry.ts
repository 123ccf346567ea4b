import type { AuditAction } from '../../audit/actions.ts';
import type { AuditEntry } from '../../audit/audit-logger.ts';
import type { AuditReason } from '../../audit/reasons.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { CaseRow } from '../case-row.ts';

/**
 * An audit row about a case, which the log of the company takes as a leaf. The person is whoever acts; the
 * payer when the system does.
 */
export function caseEntry(
  context: RequestContext,
  input: {
    action: Extract<AuditAction, `dispute_${string}`>;
    dispute: Pick<CaseRow, 'id' | 'company_id' | 'user_id' | 'payment_id' | 'reference' | 'round'>;
    success?: boolean;
    reason?: AuditReason;
    details?: Record<string, unknown>;
  },
): AuditEntry {
  const { action, dispute, success = true, reason, details } = input;
  return {
    action,
    success,
    resourceType: 'dispute',
    resourceId: dispute.id,
    userId: context.userId ?? dispute.user_id,
    companyId: dispute.company_id,
    details: {
      payment_id: dispute.payment_id,
      reference: dispute.reference,
      round: dispute.round,
      ...details,
    },
    ...(reason === undefined ? {} : { errorMessage: reason }),
  };
}
