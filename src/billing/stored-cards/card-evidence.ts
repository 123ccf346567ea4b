import type { AuditEntry } from '../../audit/audit-logger.ts';
import type { AuditAction } from '../../audit/actions.ts';
import type { CardRenewal } from './renewal-queries.ts';

/** The audit row of something that happened to a stored card. Its tokens are no part of it. */
export function cardEntry(
  action: Extract<AuditAction, `stored_card_${string}`>,
  card: { company_id: number; user_id: number; first_payment_id: number },
  details: Record<string, unknown>,
): AuditEntry {
  return {
    action,
    success: true,
    resourceType: 'payment',
    resourceId: card.first_payment_id,
    companyId: card.company_id,
    userId: card.user_id,
    details,
  };
}

/** The audit row of something that happened to the announced charge of a period. */
export function renewalEntry(
  action: Extract<AuditAction, `card_renewal_${string}`>,
  renewal: Pick<CardRenewal, 'company_id' | 'due_at' | 'plan' | 'currency' | 'amount_minor' | 'tries'>,
  details: Record<string, unknown>,
): AuditEntry {
  const { company_id: companyId, due_at, plan, currency, amount_minor, tries } = renewal;
  return {
    action,
    success: true,
    resourceType: 'subscription',
    resourceId: companyId,
    companyId,
    details: { due_at, plan, currency, amount_minor, attempts: tries, ...details },
  };
}
