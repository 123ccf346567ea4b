import type { Knex } from 'knex';
import type { Cursor, Page } from '../../db/keyset.ts';
import { listInvoices, type Invoice } from '../invoices/queries.ts';
import type { LegalInvoice } from './legal-invoice.ts';
import { listFiles, listLegalInvoicesOf, type LegalInvoiceFile } from './queries.ts';

/** A receipt with its legal invoices and their files, as a company sees them. */
export interface InvoiceWithLegal extends Invoice {
  legal: (LegalInvoice & { files: LegalInvoiceFile[] })[];
}

/** A page of a company's receipts, newest first, each with what became of its legal invoice. */
export async function listWithLegal(
  db: Knex,
  companyId: number,
  cursor: Cursor,
): Promise<Page<InvoiceWithLegal>> {
  const page = await listInvoices(db, companyId, cursor);
  const receipts = page.rows.map(({ id }) => id);
  const legal = await listLegalInvoicesOf(db, companyId, receipts);
  const files = await listFiles(
    db,
    legal.map(({ id }) => id),
  );
  const withFiles = legal.map((each) => ({
    ...each,
    files: files.filter(({ legal_invoice_id }) => legal_invoice_id === each.id),
  }));
  const rows = page.rows.map((row) => ({
    ...row,
    legal: withFiles.filter(({ invoice_id }) => invoice_id === row.id),
  }));
  return { ...page, rows };
}
