import { auditActions, type AuditAction } from '../audit/actions.ts';

const actions = Object.keys(auditActions) as AuditAction[];

/** Several actions that are asked for together, as one value of the filter of actions. */
export const actionGroups = {
  /** Everything about money. */
  payments: actions.filter((action) =>
    /^(payment_|refund_|reversal_|subscription_|invoice_|legal_invoice_|price_|stored_card_|card_renewal_|dispute_|chargeback_|usage_statement_)/.test(
      action,
    ),
  ),
  /** Actions of the platform's staff in a company or its pages; only rows whose actor is staff. */
  staff: actions.filter((action) =>
    /^(operator_|legal_hold_|evidence_|audit_|user_|invitation_|token_revoked|ssh_key_removed|billing_|refund_|dispute_|payment_accepted|payment_review_|payment_status_)/.test(
      action,
    ),
  ),
} satisfies Record<string, AuditAction[]>;

export type ActionGroup = keyof typeof actionGroups;

/** True for the name of a group; no action has one of these names. */
export function isActionGroup(value: string): value is ActionGroup {
  return Object.hasOwn(actionGroups, value);
}
