import { PassThrough, Readable } from 'node:stream';
import type { Knex } from 'knex';
import { ZipFile } from 'yazl';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { readFileContent, type LegalInvoiceOfMonth } from '../../billing/legal-invoices/month-queries.ts';
import { CSV_BOM, csvDecimal, csvLine, type CsvSeparator, type CsvValue } from '../../evidence/csv.ts';
import { majorText } from '../../currency.ts';
import type { Download, DownloadEnd } from '../../web/downloads/download.ts';

const COLUMNS = [
  ...['number', 'ettn', 'type', 'issued_on', 'state', 'receipt', 'company', 'currency', 'net', 'tax'],
  ...['tax_percent', 'total', 'rate', 'files'],
];

/**
 * The legal invoices of a month as a ZIP: each file as it was stored, and a list for a spreadsheet. Files are
 * read one at a time while they are sent. The file names buyers of all companies, so its download is audited
 * before its first byte and when it has ended.
 */
export async function exportLegalMonth(
  db: Knex,
  context: RequestContext,
  input: { month: string; rows: LegalInvoiceOfMonth[]; separator: CsvSeparator; listName: string },
): Promise<Download> {
  const { month, rows } = input;
  const files = rows.flatMap((row) => row.files).length;
  const entry = {
    resourceType: 'legal_invoice',
    success: true,
    details: { month, rows: rows.length, files },
  } as const;
  await AuditLogger.log(db, context, { ...entry, action: 'legal_invoice_month_exported' });
  const finish = async (endContext: RequestContext, end: DownloadEnd): Promise<void> => {
    await AuditLogger.log(db, endContext, {
      ...entry,
      action: 'legal_invoice_month_export_finished',
      success: end.success,
      details: { ...entry.details, bytes: end.bytes, seconds: end.seconds },
      ...(end.success ? {} : { errorMessage: end.reason }),
    });
  };
  return {
    fileName: `legal-invoices-${month}.zip`,
    contentType: 'application/zip',
    chunks: zipOf(db, context, input),
    finish,
  };
}

function zipOf(
  db: Knex,
  { at }: RequestContext,
  { month, rows, separator, listName }: Parameters<typeof exportLegalMonth>[2],
): AsyncIterable<Buffer> {
  const zip = new ZipFile();
  const list =
    CSV_BOM +
    [COLUMNS, ...rows.map((row) => toCells(row, separator))]
      .map((cells) => csvLine(cells, separator))
      .join('');
  zip.addBuffer(Buffer.from(list), `${month}/${listName}.csv`, { mtime: at });
  for (const file of rows.flatMap((row) => row.files))
    zip.addReadStreamLazy(`${month}/${file.name}`, { mtime: file.added_at }, (done) => {
      readFileContent(db, file.id).then(
        (content) => {
          done(null, Readable.from([content]));
        },
        (error: unknown) => {
          done(error, Readable.from([]));
        },
      );
    });
  const out = zip.outputStream.pipe(new PassThrough());
  zip.on('error', (error: Error) => {
    out.destroy(error);
  });
  zip.end();
  return out as AsyncIterable<Buffer>;
}

function toCells(row: LegalInvoiceOfMonth, separator: CsvSeparator): CsvValue[] {
  const decimal = (text: string): string => csvDecimal(text, separator);
  const major = (minor: number): string => decimal(majorText(minor));
  return [
    ...[row.number, row.ettn, row.type, row.issued_on, row.state, row.invoice_no, row.company_name],
    ...[row.currency, major(row.total_minor - row.tax_minor), major(row.tax_minor), decimal(row.tax_percent)],
    ...[major(row.total_minor), row.rate === null ? null : decimal(row.rate.rate)],
    row.files.map(({ name }) => name).join(' '),
  ];
}
