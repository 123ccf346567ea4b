import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { LegalInvoice } from './legal-invoice.ts';

/** Bounded by the table. */
export const REASON_MAX = 500;

/**
 * Writes the end of a locked legal invoice, with its audit row. The caller has checked that it may end so.
 */
export async function endLegalInvoice(
  trx: Knex.Transaction,
  context: RequestContext,
  { legal, as, reason }: { legal: LegalInvoice; as: 'cancelled' | 'returned' | 'withdrawn'; reason: string },
): Promise<void> {
  await trx('legal_invoices').where({ id: legal.id }).update({
    ended_at: context.at,
    ended_as: as,
    ended_reason: reason,
    ended_by: context.userId,
    ask_again_at: null,
  });
  await AuditLogger.logOrThrow(trx, context, {
    action: 'legal_invoice_ended',
    success: true,
    resourceType: 'legal_invoice',
    resourceId: legal.id,
    companyId: legal.company_id,
    details: { invoice_id: legal.invoice_id, number: legal.number, before: legal.state, after: as, reason },
  });
}
