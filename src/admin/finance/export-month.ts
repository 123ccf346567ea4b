import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { readMoneyPages, type MoneyLine } from '../../billing/finance/money-lines.ts';
import { findLiraRates } from '../../billing/invoices/find-lira-rate.ts';
import type { PrintedInvoice } from '../../billing/invoices/queries.ts';
import { worthInLiras } from '../../billing/invoices/receipt-amounts.ts';
import { formatMajor } from '../../billing/paytr/minor-units.ts';
import type { RateFacts } from '../../billing/price-facts.ts';
import { LIRA } from '../../billing/prices/convert-price.ts';
import { CSV_BOM, csvDecimal, csvLine, type CsvSeparator, type CsvValue } from '../../evidence/csv.ts';
import { localTime } from '../../local-calendar.ts';
import type { Month } from '../../month.ts';
import type { Download, DownloadEnd } from '../../web/downloads/download.ts';

const COLUMNS = [
  ...['kind', 'time', 'order', 'company', 'state', 'document', 'currency'],
  ...['charged', 'returned', 'tax', 'fee', 'masked_card', 'charged_back', 'restored', 'document_total'],
  ...['receipt_rate', 'receipt_rate_unit', 'receipt_rate_date', 'receipt_total_try', 'receipt_tax_try'],
];

/**
 * The money of a month as CSV for a spreadsheet: a line for each charge, refund and chargeback, oldest first,
 * and one for each document of the month whose money belongs to another. The sums of its lines are those of
 * the finance page, also of documents and their tax. Amounts are in major units with the decimal mark of the
 * reader's language, and times those of Istanbul, by which the month is counted. The columns `receipt_…` say
 * what each document is worth in liras as its receipt prints it; they are empty where the receipt says that
 * there was no rate. The download is audited before its first byte and when it has ended.
 */
export async function exportMonth(
  db: Knex,
  context: RequestContext,
  input: { month: Month; separator: CsvSeparator },
): Promise<Download> {
  const { month } = input;
  await AuditLogger.log(db, context, {
    action: 'finance_exported',
    success: true,
    details: { month: month.month },
  });
  const written = { rows: 0 };
  return {
    fileName: `finance-${month.month}.csv`,
    contentType: 'text/csv; charset=utf-8',
    chunks: write(db, { ...input, written }),
    finish: async (endContext: RequestContext, end: DownloadEnd): Promise<void> => {
      await AuditLogger.log(db, endContext, {
        action: 'finance_export_finished',
        success: end.success,
        details: { month: month.month, rows: written.rows, bytes: end.bytes, seconds: end.seconds },
        ...(end.success ? {} : { errorMessage: end.reason }),
      });
    },
  };
}

async function* write(
  db: Knex,
  { month, separator, written }: { month: Month; separator: CsvSeparator; written: { rows: number } },
): AsyncGenerator<string> {
  yield CSV_BOM + csvLine(COLUMNS, separator);
  for await (const lines of readMoneyPages(db, month)) {
    written.rows += lines.length;
    const rates = await findLiraRates(db, lines.map(receiptOf));
    yield lines
      .map((line, index) => csvLine(toCells(line, rates[index] ?? null, separator), separator))
      .join('');
  }
}

/** The receipt by whose rate a line is worth liras; without a document none is asked for. */
function receiptOf(line: MoneyLine): Pick<PrintedInvoice, 'currency' | 'price_facts' | 'issued_at'> {
  const { receipt_issued_at: issuedAt, document_total_minor: total, price_facts } = line;
  if (issuedAt === null || total === null) return { currency: 'TRY', price_facts: null, issued_at: line.at };
  return { currency: line.currency, price_facts, issued_at: issuedAt };
}

function toCells(line: MoneyLine, rate: RateFacts | null, separator: CsvSeparator): CsvValue[] {
  const major = (minor: number | null): string | null =>
    minor === null ? null : csvDecimal(formatMajor(minor), separator);
  const amountOf = (kind: MoneyLine['kind']): string | null =>
    major(line.kind === kind ? line.amount_minor : null);
  return [
    ...[line.kind, localText(line.at), line.merchant_oid, line.company_name, line.status],
    ...[line.document_no, line.currency],
    ...[amountOf('charge'), amountOf('refund')],
    ...[major(line.tax_minor), major(line.fee_minor), line.masked_card],
    ...[amountOf('chargeback'), amountOf('restored'), major(line.document_total_minor)],
    ...(rate === null
      ? [null, null, null]
      : [csvDecimal(rate.rate, separator), rate.unit, rate.bulletin_date]),
    ...liraCells(line, rate).map(major),
  ];
}

/** Total and tax in liras: those of a document in liras are its own. */
function liraCells(line: MoneyLine, rate: RateFacts | null): (number | null)[] {
  const { document_total_minor: total_minor, tax_minor } = line;
  const by = line.currency === 'TRY' ? LIRA : rate;
  if (total_minor === null || tax_minor === null || by === null) return [null, null];
  const worth = worthInLiras({ total_minor, tax_minor }, by);
  return [worth.total_minor, worth.tax_minor];
}

/** `2026-12-01T00:10:50+03:00`: a charge just after midnight is seen to belong to the month. */
function localText(at: Date): string {
  return localTime(at).toString({ timeZoneName: 'never', fractionalSecondDigits: 0 });
}
