import type { Format } from '../../web/format.ts';
import { createPdf, pdfBytes } from '../../web/pdf/create-pdf.ts';
import { cardRows } from '../follow-up/card-words.ts';
import type { CardFacts } from '../follow-up/queries.ts';
import type { RateFacts } from '../price-facts.ts';
import type { Paper } from './paper.ts';
import { bothZones, partyLines } from '../papers/paper-lines.ts';
import type { PrintedInvoice } from './queries.ts';
import { receiptAmounts, receiptFacts } from './receipt-amounts.ts';

/**
 * The receipt of a payment as a PDF: what its page says, in the language of the reader. `rate` is that of
 * `findLiraRate`, `card` what the gateway said of the card, `head` the checkpoint of `findHeadAt`.
 */
export async function writeReceiptPdf(
  invoice: PrintedInvoice,
  {
    format,
    paper,
    rate,
    card,
    head,
    logAddress,
  }: {
    format: Format;
    paper: Paper;
    rate: RateFacts | null;
    card: CardFacts | null;
    head: string | null;
    logAddress: string;
  },
): Promise<Buffer> {
  const { t } = format;
  const title = t('billing.invoiceTitle', { paper, number: invoice.invoice_no });
  const { pages, chunks } = createPdf({
    title,
    author: invoice.seller.name,
    locale: format.locale,
    at: invoice.issued_at,
  });
  pages.title(title);
  if (paper === 'receipt') pages.text(t('billing.receiptNotice'));
  if (invoice.test_mode) pages.text(t('billing.orderTestMode'));
  pages.columns(
    { heading: t('billing.invoiceSeller'), lines: partyLines(invoice.seller, format) },
    { heading: t('billing.invoiceBuyer'), lines: partyLines(invoice.buyer, format) },
  );
  pages.heading(t('billing.invoiceItem'));
  pages.text(t('billing.invoiceItemText', { plan: t(`common.plan_${invoice.plan}`) }));
  pages.fact(t('billing.period'), bothZones(format, invoice.period_start, invoice.period_end));
  pages.fact(t('billing.invoiceIssued'), bothZones(format, invoice.issued_at));
  pages.fact(t('billing.invoicePaid'), bothZones(format, invoice.paid_at));
  pages.fact(t('billing.orderNo'), invoice.merchant_oid);
  pages.fact(t('billing.invoicePaidBy'), t('billing.invoiceMethod'));
  for (const { term, value } of card === null ? [] : cardRows(format, card)) pages.fact(term, value);
  pages.heading(t('common.amount'));
  for (const { label, text, isTotal } of receiptAmounts(invoice, format))
    pages.amount(label, text, { isStrong: isTotal });
  pages.heading(t('billing.priceFrom'));
  for (const { term, value } of receiptFacts(invoice, rate, format)) pages.fact(term, value);
  if (head !== null) {
    pages.heading(t('publicLog.handedOutHeading'));
    pages.text(t('publicLog.handedOut', { address: logAddress }));
    for (const line of head.trimEnd().split('\n')) if (line !== '') pages.text(line);
  }
  await pages.finish(t('billing.pdfPage'));
  return pdfBytes(chunks);
}
