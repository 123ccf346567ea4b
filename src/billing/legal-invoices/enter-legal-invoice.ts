import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { localDay } from '../../local-calendar.ts';
import { addFile, type NewFile } from './add-legal-invoice-file.ts';
import type { LegalInvoice, SaleType } from './legal-invoice.ts';
import { findAmounts } from './find-amounts.ts';
import { isBeingSent, lockLegalInvoice, recordIssue } from './record-issue.ts';

/** A legal invoice that was issued elsewhere, as an operator enters it. */
interface Entry {
  id: number;
  /** A return has its own. */
  type: SaleType;
  number: string;
  ettn: string;
  issuedOn: string;
  file: NewFile | null;
  config: Pick<Config, 'invoiceIssuer' | 'legalInvoices'>;
}

type EntryOutcome =
  | { ok: true }
  | {
      ok: false;
      reason:
        | 'not-due'
        | 'being-sent'
        | 'other-ettn'
        | 'own-series'
        | 'in-future'
        | 'before-sale'
        | 'sale-not-issued'
        | 'number-taken'
        | 'ettn-taken';
    };

/**
 * Writes down a legal invoice that the tax administration's portal or an accountant issued, with its file.
 * Its amounts are those of the receipt or the refund; an exempt sale has no tax in it.
 */
export async function enterLegalInvoice(
  db: Knex,
  context: RequestContext,
  entry: Entry,
): Promise<EntryOutcome> {
  return db.transaction(async (trx) => {
    const legal = await lockLegalInvoice(trx, entry.id);
    if (legal.state !== 'due') return { ok: false, reason: 'not-due' };
    // An integrator that still works on it may issue it as well.
    if (isBeingSent(legal)) return { ok: false, reason: 'being-sent' };
    if (legal.ettn !== null && legal.ettn !== entry.ettn) return { ok: false, reason: 'other-ettn' };
    if (await isOwnSeries(trx, entry)) return { ok: false, reason: 'own-series' };
    if (entry.issuedOn > localDay(context.at)) return { ok: false, reason: 'in-future' };
    if (entry.issuedOn < (await earliestDay(trx, legal))) return { ok: false, reason: 'before-sale' };
    const amounts = await findAmounts(trx, legal, entry.type);
    if (amounts === null) return { ok: false, reason: 'sale-not-issued' };
    const taken = await recordIssue(trx, context, {
      legal,
      issue: {
        issuer: 'none',
        number: entry.number,
        ettn: entry.ettn,
        issuedOn: entry.issuedOn,
        ...amounts,
        parties: null,
        rate: null,
      },
    });
    if (taken !== null) return { ok: false, reason: taken };
    if (entry.file !== null) await addFile(trx, context, legal, entry.file);
    return { ok: true };
  });
}

/** True for a number of a series that the product numbers: an entered one would be a gap, or given twice. */
async function isOwnSeries(trx: Knex.Transaction, { number, config }: Entry): Promise<boolean> {
  const prefix = number.slice(0, 3);
  if (
    config.invoiceIssuer !== 'none' &&
    config.invoiceIssuer !== 'own' &&
    prefix === config.legalInvoices.prefix
  )
    return true;
  const counter = await trx('legal_invoice_counters')
    .where({ prefix, year: Number(number.slice(3, 7)) })
    .first<{ year: number } | undefined>('year');
  return counter !== undefined;
}

/** A sale is invoiced from the day of its order on, and given back from that of its legal invoice on. */
async function earliestDay(trx: Knex.Transaction, legal: LegalInvoice): Promise<string> {
  const row = await trx('invoices')
    .join('payments', 'payments.id', 'invoices.payment_id')
    .leftJoin('legal_invoices as sales', (sale) => sale.onVal('sales.id', legal.returns_id))
    .where('invoices.id', legal.invoice_id)
    .first<{ ordered_at: Date; sold_on: string | null } | undefined>(
      'payments.created_at as ordered_at',
      trx.raw('sales.issued_on::text as sold_on'),
    );
  if (row === undefined) throw new Error('Bug! A legal invoice without a receipt');
  return row.sold_on ?? localDay(row.ordered_at);
}
