import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { exportLegalInvoice } from './export-legal-invoice.ts';

/** Legal invoices of one run: the job holds up the others no longer than some seconds. */
const PER_RUN = 500;

/**
 * Issues what is due where the product writes legal invoices (`INVOICE_ISSUER=export`), the oldest first.
 * Each has a transaction of its own. Returns a summary for the job list.
 */
export async function issueLegalInvoices(db: Knex, context: RequestContext, config: Config): Promise<string> {
  if (config.invoiceIssuer !== 'export') return 'nothing to do';
  let issued = 0;
  let waiting = 0;
  for (const id of await listIssuable(db, context.at, config)) {
    if (await exportLegalInvoice(db, context, { id, config })) issued += 1;
    else waiting += 1;
  }
  return `${String(issued)} issued, ${String(waiting)} waiting`;
}

async function listIssuable(db: Knex, at: Date, config: Config): Promise<number[]> {
  const query = db('legal_invoices')
    .whereRaw("legal_invoices.state = 'due'")
    .whereNull('legal_invoices.sent_at')
    .whereRaw('(legal_invoices.ask_again_at is null or legal_invoices.ask_again_at <= ?)', [at]);
  if (!config.legalInvoices.issuesReturns) void query.whereNull('legal_invoices.returns_id');
  return query.orderBy('legal_invoices.id').limit(PER_RUN).pluck<number[]>('legal_invoices.id');
}
