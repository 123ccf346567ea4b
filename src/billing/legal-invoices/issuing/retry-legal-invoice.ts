import type { Knex } from 'knex';
import { AuditLogger } from '../../../audit/audit-logger.ts';
import type { RequestContext } from '../../../audit/request-context.ts';
import { lockLegalInvoice } from '../record-issue.ts';

/**
 * Lets the next run of the job try a legal invoice again that lacked something or that the integrator
 * refused. After a refusal nothing was issued, so it is put together anew, under the same ETTN.
 */
export async function retryLegalInvoice(
  db: Knex,
  context: RequestContext,
  id: number,
): Promise<{ ok: true } | { ok: false; reason: 'not-due' }> {
  return db.transaction(async (trx) => {
    const legal = await lockLegalInvoice(trx, id);
    if (legal.state !== 'due' || legal.problem === null) return { ok: false, reason: 'not-due' };
    const isRefused = legal.sent_at !== null && legal.ask_again_at === null;
    await trx('legal_invoices')
      .where({ id })
      .update({ ask_again_at: context.at, ...(isRefused ? { parties: null, rate: null } : {}) });
    await AuditLogger.logOrThrow(trx, context, {
      action: 'legal_invoice_retried',
      success: true,
      resourceType: 'legal_invoice',
      resourceId: id,
      companyId: legal.company_id,
      details: { invoice_id: legal.invoice_id, reason: legal.problem },
    });
    return { ok: true };
  });
}
