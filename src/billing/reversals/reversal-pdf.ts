import { createPdf, pdfBytes } from '../../web/pdf/create-pdf.ts';
import type { Format } from '../../web/format.ts';
import { bothZones, partyLines } from '../papers/paper-lines.ts';
import type { PrintedReversal } from './queries.ts';

/**
 * A reversal to keep and to print, with real text, in the reader's language. Its words say that it is our own
 * record and no document of Turkish tax law. The same reversal has the same bytes each time.
 */
export async function reversalPdf(format: Format, reversal: PrintedReversal): Promise<Buffer> {
  const { t, money, when, number } = format;
  const title = t('refunds.reversalTitle', { number: reversal.reversal_no });
  const { pages, chunks } = createPdf({
    title,
    author: reversal.seller.name,
    locale: format.locale,
    at: reversal.issued_at,
  });
  pages.title(t('refunds.reversalHeading'));
  pages.text(t('refunds.reversalNote'));
  pages.fact(t('refunds.reversalNo'), reversal.reversal_no);
  pages.fact(t('billing.invoiceIssued'), bothZones(format, reversal.issued_at));
  pages.fact(t('refunds.reversalOf'), `${reversal.invoice_no}, ${when(reversal.invoice_issued_at, 'day')}`);
  pages.fact(t('billing.orderNo'), reversal.merchant_oid);
  if (reversal.test_mode) pages.text(t('billing.orderTestMode'));
  pages.columns(
    { heading: t('billing.invoiceSeller'), lines: partyLines(reversal.seller, format) },
    { heading: t('billing.invoiceBuyer'), lines: partyLines(reversal.buyer, format) },
  );
  pages.heading(t('billing.invoiceItem'));
  pages.text(t('billing.invoiceItemText', { plan: t(`common.plan_${reversal.plan}`) }));
  const period = `${when(reversal.period_start)} – ${when(reversal.period_end)}`;
  pages.fact(t('billing.period'), t('billing.istanbulTime', { time: period }));
  const amount = (minor: number): string => money(minor, reversal.currency);
  const percent = number(Number(reversal.tax_percent), 2);
  pages.heading(t('common.amount'));
  pages.amount(t('refunds.reversalNet'), amount(reversal.total_minor - reversal.tax_minor));
  pages.amount(t('billing.invoiceTax', { percent }), amount(reversal.tax_minor));
  pages.amount(t('refunds.reversalTotal'), amount(reversal.total_minor), { isStrong: true });
  await pages.finish(t('refunds.reversalPage'));
  return pdfBytes(chunks);
}
