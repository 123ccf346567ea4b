import type { Knex } from 'knex';
import type { FileKind, LegalInvoice } from './legal-invoice.ts';

/** A file of the month with the name that it gets there. */
interface FileOfMonth {
  id: number;
  legal_invoice_id: number;
  kind: FileKind;
  added_at: Date;
  name: string;
}

/** A legal invoice that is issued, with its files. */
export interface LegalInvoiceOfMonth extends Pick<
  LegalInvoice,
  'id' | 'currency' | 'total_minor' | 'ettn' | 'type' | 'state' | 'rate'
> {
  number: string;
  issued_on: string;
  tax_minor: number;
  tax_percent: string;
  invoice_no: string;
  company_name: string;
  files: FileOfMonth[];
}

/**
 * The legal invoices of a month such as 2026-11 by their numbers, cancelled ones too, without their files'
 * contents. For operators only: they are of all companies.
 */
export async function listIssuedInMonth(db: Knex, month: string): Promise<LegalInvoiceOfMonth[]> {
  const rows = await ofMonth(db, month)
    .join('invoices', 'invoices.id', 'legal_invoices.invoice_id')
    .join('companies', 'companies.id', 'legal_invoices.company_id')
    .orderBy('legal_invoices.number')
    .select<Omit<LegalInvoiceOfMonth, 'files'>[]>(
      ...[
        'id',
        'currency',
        'total_minor',
        'ettn',
        'type',
        'state',
        'rate',
        'number',
        'tax_minor',
        'tax_percent',
      ].map((name) => `legal_invoices.${name}`),
      db.raw('legal_invoices.issued_on::text as issued_on'),
      'invoices.invoice_no',
      'companies.name as company_name',
    );
  const files = await ofMonth(db, month)
    .join('legal_invoice_files as files', 'files.legal_invoice_id', 'legal_invoices.id')
    .orderBy('files.id')
    .select<Omit<FileOfMonth, 'name'>[]>(
      'files.id',
      'files.legal_invoice_id',
      'files.kind',
      'files.added_at',
    );
  const filesOf = new Map<number, Omit<FileOfMonth, 'name'>[]>();
  for (const file of files)
    filesOf.set(file.legal_invoice_id, [...(filesOf.get(file.legal_invoice_id) ?? []), file]);
  return rows.map((row) => ({ ...row, files: withNames(row.number, filesOf.get(row.id) ?? []) }));
}

/** A file by its number. For operators only. */
export async function readFileContent(db: Knex, fileId: number): Promise<Buffer> {
  const file = await db('legal_invoice_files')
    .where({ id: fileId })
    .first<{ content: Buffer } | undefined>('content');
  if (file === undefined) throw new Error('Bug! A file of a legal invoice is gone');
  return file.content;
}

function ofMonth(db: Knex, month: string): Knex.QueryBuilder {
  return db('legal_invoices')
    .whereRaw(
      "legal_invoices.issued_on between ?::date and ?::date + interval '1 month' - interval '1 day'",
      [`${month}-01`, `${month}-01`],
    )
    .whereRaw("legal_invoices.ended_as is distinct from 'withdrawn'");
}

/** `YCF2026000000001.xml`, and a second file of that kind with its own number. */
function withNames(number: string, files: Omit<FileOfMonth, 'name'>[]): FileOfMonth[] {
  return files.map((file, index) => {
    const isSecond = files.slice(0, index).some(({ kind }) => kind === file.kind);
    return { ...file, name: `${number}${isSecond ? `-${String(file.id)}` : ''}.${file.kind}` };
  });
}
