import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { createIntegrator } from '../../integrator/integrator.ts';
import { exportLegalInvoice } from './export-legal-invoice.ts';
import { sendLegalInvoice } from './send-legal-invoice.ts';

/** Legal invoices of one run: the job holds up the others no longer than some seconds. */
const PER_RUN = 500;
/** An integrator is asked by the network, and may let us wait each time. */
const SENT_PER_RUN = 20;

/**
 * Issues what is due where the product sees to it: it writes legal invoices itself (`INVOICE_ISSUER=export`)
 * or hands them to an integrator. The oldest come first, and one that fails holds up no other. Returns a
 * summary for the job list.
 */
export async function issueLegalInvoices(
  db: Knex,
  context: RequestContext,
  { config, fetch }: { config: Config; fetch?: typeof globalThis.fetch },
): Promise<{ issued: number; waiting: number } | { nothingToDo: true }> {
  const { invoiceIssuer, integrator: connection } = config;
  let issued = 0;
  let waiting = 0;
  const count = (isIssued: boolean): void => {
    if (isIssued) issued += 1;
    else waiting += 1;
  };
  if (invoiceIssuer === 'export')
    for (const id of await listIssuable(db, context.at, { config, limit: PER_RUN }))
      count(await exportLegalInvoice(db, context, { id, config }));
  else if (invoiceIssuer === 'integrator' && connection !== null) {
    const integrator = createIntegrator({ ...connection, ...(fetch === undefined ? {} : { fetch }) });
    for (const id of await listIssuable(db, context.at, { config, limit: SENT_PER_RUN }))
      count(await sendLegalInvoice(db, context, { id, config, integrator }));
  } else return { nothingToDo: true };
  return { issued, waiting };
}

/** Those whose turn it is: never tried, or to be tried again by now. */
async function listIssuable(
  db: Knex,
  at: Date,
  { config, limit }: { config: Config; limit: number },
): Promise<number[]> {
  const query = db('legal_invoices')
    .whereRaw("legal_invoices.state = 'due'")
    .whereRaw(
      `(legal_invoices.ask_again_at <= ? or legal_invoices.ask_again_at is null and legal_invoices.sent_at is null)`,
      [at],
    );
  // One that an integrator may have is never issued a second time by ourselves.
  if (config.invoiceIssuer === 'export') void query.whereNull('legal_invoices.sent_at');
  if (!config.legalInvoices.issuesReturns) void query.whereNull('legal_invoices.returns_id');
  return query.orderBy('legal_invoices.id').limit(limit).pluck<number[]>('legal_invoices.id');
}
