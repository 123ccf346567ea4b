import type { Config } from '../../config/config.ts';

/** The paper that the product writes for a payment. Texts choose their words by it. */
export type Paper = 'receipt' | 'invoice';

/**
 * A receipt, which says that it is no invoice of the tax law; an invoice only where the seller has said that
 * what the product prints is the legal one (`INVOICE_ISSUER=own`).
 */
export function paperOf({ invoiceIssuer }: Pick<Config, 'invoiceIssuer'>): Paper {
  return invoiceIssuer === 'own' ? 'invoice' : 'receipt';
}

/**
 * The same of a paper that exists: it stays what it was when the setting changes. One whose legal invoice is
 * not yet looked after is as the setting says.
 */
export function paperOfInvoice(
  { is_legal }: { is_legal: boolean | null },
  config: Pick<Config, 'invoiceIssuer'>,
): Paper {
  if (is_legal === null) return paperOf(config);
  return is_legal ? 'invoice' : 'receipt';
}
