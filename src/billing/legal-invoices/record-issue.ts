import type { Knex } from 'knex';
import { AuditLogger, type AuditEntry } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound, isUniqueViolation } from '../../errors.ts';
import { REASON_MAX, endLegalInvoice } from './end-legal-invoice.ts';
import { legalInvoiceColumns, type LegalInvoice, type LegalRate, type Parties } from './legal-invoice.ts';

/** The facts that are written down when a legal invoice is issued. Amounts in minor units. */
interface Issue {
  issuer: 'none' | 'export' | 'integrator';
  type: NonNullable<LegalInvoice['type']>;
  number: string;
  ettn: string;
  issuedOn: string;
  taxMinor: number;
  taxPercent: string;
  parties: Parties | null;
  rate: LegalRate | null;
}

/** Why an issue is refused: the number or the ETTN is that of another one. */
type Taken = 'number-taken' | 'ettn-taken';

/** Locks a legal invoice of any company until the transaction ends. Throws `NotFound`. */
export async function lockLegalInvoice(trx: Knex.Transaction, id: number): Promise<LegalInvoice> {
  const found = await trx('legal_invoices')
    .where('legal_invoices.id', id)
    .forUpdate()
    .first<LegalInvoice | undefined>(legalInvoiceColumns(trx));
  if (found === undefined) throw new NotFound();
  return found;
}

/** True while an integrator may issue it any moment. One that it refused waits for a person. */
export function isBeingSent({ state, sent_at, ask_again_at }: LegalInvoice): boolean {
  return state === 'due' && sent_at !== null && ask_again_at !== null;
}

/**
 * Writes down that a locked legal invoice is issued, with its audit row. When it gives back all of another
 * one, that one ends as returned. Returns why it is refused, or null.
 */
export async function recordIssue(
  trx: Knex.Transaction,
  context: RequestContext,
  { legal, issue }: { legal: LegalInvoice; issue: Issue },
): Promise<Taken | null> {
  const taken = await writeIssue(trx, context, legal.id, issue);
  if (taken !== null) return taken;
  await AuditLogger.logOrThrow(trx, context, issueEntry(await lockLegalInvoice(trx, legal.id)));
  if (legal.returns_id !== null) await endWhenReturned(trx, context, legal.returns_id);
  return null;
}

/** The audit row of a legal invoice that is issued. */
export function issueEntry(legal: LegalInvoice): AuditEntry {
  return {
    action: 'legal_invoice_issued',
    success: true,
    resourceType: 'legal_invoice',
    resourceId: legal.id,
    companyId: legal.company_id,
    details: {
      invoice_id: legal.invoice_id,
      issuer: legal.issuer,
      type: legal.type,
      number: legal.number,
      ettn: legal.ettn,
      issued_on: legal.issued_on,
      total_minor: legal.total_minor,
      tax_minor: legal.tax_minor,
      currency: legal.currency,
    },
  };
}

/** In a savepoint: a refused statement would give up the whole transaction. */
async function writeIssue(
  trx: Knex.Transaction,
  context: RequestContext,
  id: number,
  issue: Issue,
): Promise<Taken | null> {
  try {
    await trx.transaction((savepoint) =>
      savepoint('legal_invoices')
        .where({ id })
        .update({
          issuer: issue.issuer,
          type: issue.type,
          number: issue.number,
          ettn: issue.ettn,
          issued_on: issue.issuedOn,
          tax_minor: issue.taxMinor,
          tax_percent: issue.taxPercent,
          parties: issue.parties === null ? null : JSON.stringify(issue.parties),
          rate: issue.rate === null ? null : JSON.stringify(issue.rate),
          issued_at: context.at,
          issued_by: context.userId,
          ask_again_at: null,
          problem: null,
        }),
    );
    return null;
  } catch (error) {
    if (isUniqueViolation(error, 'uq_legal_invoices_number')) return 'number-taken';
    if (isUniqueViolation(error, 'uq_legal_invoices_ettn')) return 'ettn-taken';
    throw error;
  }
}

/** Partial returns leave a sale as it is until they add up to all of it. */
async function endWhenReturned(
  trx: Knex.Transaction,
  context: RequestContext,
  saleId: number,
): Promise<void> {
  const sale = await lockLegalInvoice(trx, saleId);
  const returns = await trx('legal_invoices')
    .where({ returns_id: saleId })
    .whereNotNull('issued_at')
    .whereNull('ended_at')
    .orderBy('id')
    .select<{ number: string; total_minor: number }[]>('number', 'total_minor');
  const returned = returns.reduce((sum, { total_minor }) => sum + total_minor, 0);
  if (sale.ended_at !== null || sale.issued_at === null || returned < sale.total_minor) return;
  await endLegalInvoice(trx, context, {
    legal: sale,
    as: 'returned',
    reason: returns
      .map(({ number }) => number)
      .join(', ')
      .slice(0, REASON_MAX),
  });
}
