import type { Knex } from 'knex';
import type { AuditEntry } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { includedTax } from '../tax/included-tax.ts';
import { takeNumber } from '../take-number.ts';
import { reversalColumns, sumReversals, type Reversal } from './queries.ts';

/** The record of an invoice, from which a reversal copies. */
type ReversedInvoice = Pick<
  Reversal,
  'invoice_no' | 'plan' | 'period_start' | 'period_end' | 'currency' | 'tax_percent' | 'buyer' | 'seller'
> & { id: number; payment_id: number; company_id: number; total_minor: number; tax_minor: number };

/**
 * Takes the amount of a refund back out of the books: for the invoice of its payment, with both parties, tax
 * rate and period as the invoice has them. Null when the invoice has been reversed whole already.
 *
 * 1. Numbers are a series of their own, without gaps within a calendar year of Europe/Istanbul: see
 *    `takeNumber`. The counter is the last row that a transaction locks.
 * 2. The tax is that of all reversals together, less what those before have. So many small ones add up to
 *    exactly the invoice's tax.
 */
export async function issueReversal(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    refund: { id: number; amount_minor: number };
    invoice: ReversedInvoice;
    /** The person who started the payment: the one of the audit row when the system acts. */
    payerId: number;
    config: Config;
  },
): Promise<{ reversal: Reversal; entry: AuditEntry } | null> {
  const { refund, invoice, config } = input;
  const before = await sumReversals(trx, invoice.id);
  const left = invoice.total_minor - before.total_minor;
  const totalMinor = Math.min(refund.amount_minor, left);
  if (totalMinor <= 0) return null;
  const reversedMinor = before.total_minor + totalMinor;
  const taxOfAllMinor =
    totalMinor === left ? invoice.tax_minor : includedTax(reversedMinor, Number(invoice.tax_percent));
  const taxMinor = Math.min(totalMinor, Math.max(0, taxOfAllMinor - before.tax_minor));
  const { year, number, issued_at: issuedAt } = await takeNumber(trx, 'reversal_counters', context.at);
  const [reversal] = await trx('reversals')
    .insert({
      refund_id: refund.id,
      invoice_id: invoice.id,
      payment_id: invoice.payment_id,
      company_id: invoice.company_id,
      year,
      number,
      reversal_no: `${config.reversalPrefix}${String(year)}${String(number).padStart(9, '0')}`,
      issued_at: issuedAt,
      currency: invoice.currency,
      total_minor: totalMinor,
      tax_minor: taxMinor,
      invoice_no: invoice.invoice_no,
      plan: invoice.plan,
      period_start: invoice.period_start,
      period_end: invoice.period_end,
      tax_percent: invoice.tax_percent,
      buyer: JSON.stringify(invoice.buyer),
      seller: JSON.stringify(invoice.seller),
    })
    .returning<Reversal[]>(reversalColumns);
  if (reversal === undefined) throw new Error('Bug! An insert returned no row');
  return { reversal, entry: entryOf(reversal, context.userId ?? input.payerId) };
}

function entryOf(reversal: Reversal, userId: number): AuditEntry {
  return {
    action: 'reversal_issued',
    success: true,
    resourceType: 'reversal',
    resourceId: reversal.id,
    userId,
    companyId: reversal.company_id,
    details: {
      reversal_no: reversal.reversal_no,
      invoice_no: reversal.invoice_no,
      payment_id: reversal.payment_id,
      refund_id: reversal.refund_id,
      total_minor: reversal.total_minor,
      tax_minor: reversal.tax_minor,
      currency: reversal.currency,
      plan: reversal.plan,
    },
  };
}
