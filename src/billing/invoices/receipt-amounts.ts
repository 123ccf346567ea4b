import type { Format } from '../../web/format.ts';
import type { RateFacts } from '../price-facts.ts';
import { inLiras, type LiraRate } from '../prices/convert-price.ts';
import { priceFactsRows, rateText } from '../prices/offer-words.ts';
import type { PrintedInvoice } from './queries.ts';

/** A line of the sum that a receipt shows. */
interface ReceiptAmount {
  label: string;
  text: string;
  isTotal: boolean;
}

/**
 * The sum of a receipt, for its page and its PDF alike: before tax, tax, total, and what of it is surcharge.
 */
export function receiptAmounts(
  invoice: Pick<PrintedInvoice, 'total_minor' | 'tax_minor' | 'tax_percent' | 'amount_minor' | 'currency'>,
  { t, money, number }: Format,
): ReceiptAmount[] {
  const line = (label: string, minor: number, isTotal = false): ReceiptAmount => ({
    label,
    text: money(minor, invoice.currency),
    isTotal,
  });
  const percent = number(Number(invoice.tax_percent), 2);
  const surcharge = invoice.total_minor - invoice.amount_minor;
  return [
    line(t('billing.invoiceNet'), invoice.total_minor - invoice.tax_minor),
    line(t('billing.invoiceTax', { percent }), invoice.tax_minor),
    line(t('billing.invoiceTotal'), invoice.total_minor, true),
    ...(surcharge > 0 ? [line(t('billing.invoiceSurcharge'), surcharge)] : []),
  ];
}

/** The worth of a document in liras by the rate of its receipt (`findLiraRate`), in kuruş. */
export function worthInLiras(
  { total_minor, tax_minor }: Pick<PrintedInvoice, 'total_minor' | 'tax_minor'>,
  rate: LiraRate,
): { total_minor: number; tax_minor: number } {
  return { total_minor: inLiras(total_minor, rate), tax_minor: inLiras(tax_minor, rate) };
}

/**
 * Under the sum: the sources of the price, and of a price in another currency what it is worth in liras, by
 * which rate. A `rate` of null says that there was none.
 */
export function receiptFacts(
  invoice: Pick<PrintedInvoice, 'total_minor' | 'tax_minor' | 'currency' | 'price_facts' | 'plan'>,
  rate: RateFacts | null,
  format: Format,
): { term: string; value: string }[] {
  const { t, money } = format;
  const sources = priceFactsRows(format, invoice.price_facts, invoice.plan);
  if (invoice.currency === 'TRY') return sources;
  if (rate === null) return [...sources, { term: t('billing.inLiras'), value: t('billing.inLirasUnknown') }];
  const worth = worthInLiras(invoice, rate);
  const [total, tax] = [money(worth.total_minor, 'TRY'), money(worth.tax_minor, 'TRY')];
  const isFromPrice = invoice.price_facts?.rates?.some(({ currency }) => currency === rate.currency) ?? false;
  return [
    ...sources,
    // The rate of a converted price stands among its sources.
    ...(isFromPrice
      ? []
      : [{ term: t('prices.factRate', { currency: rate.currency }), value: rateText(format, rate) }]),
    { term: t('billing.inLiras'), value: t('billing.inLirasValue', { total, tax }) },
  ];
}
