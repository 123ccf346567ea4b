import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type KeysetOrder, type Page } from '../../db/keyset.ts';
import { legalInvoiceColumns, type FileKind, type LegalInvoice } from './legal-invoice.ts';

/** The lists of the desk. `overdue` is part of `due`, and `ended` has everything that counts no more. */
export const legalInvoiceLists = ['due', 'overdue', 'issued', 'delivered', 'ended', 'all'] as const;
type LegalInvoiceList = (typeof legalInvoiceLists)[number];

/** A legal invoice with the receipt that it is for. */
interface LegalInvoiceOfReceipt extends LegalInvoice {
  invoice_no: string;
  company_name: string;
}

/** A stored file without its bytes. */
export interface LegalInvoiceFile {
  id: number;
  legal_invoice_id: number;
  kind: FileKind;
  sha256: string;
  added_at: Date;
}

interface ListInput {
  list: LegalInvoiceList;
  /** Null: of all companies. */
  companyId: number | null;
  /** The number, the ETTN, the number of the receipt or of the order. Null: all. */
  search: string | null;
  at: Date;
  cursor: Cursor;
}

/**
 * A page of legal invoices, what is due first by its day and everything else newest first. For operators
 * only.
 */
export async function listLegalInvoices(
  db: Knex,
  { list, companyId, search, at, cursor }: ListInput,
): Promise<Page<LegalInvoiceOfReceipt>> {
  const query = withReceipts(db).select([
    ...legalInvoiceColumns(db),
    'invoices.invoice_no',
    'companies.name as company_name',
  ]);
  if (companyId !== null) void query.where('legal_invoices.company_id', companyId);
  if (search !== null) void query.whereIn('legal_invoices.id', idsOf(db, search));
  if (list === 'overdue') void query.where('legal_invoices.due_at', '<', at);
  // A state stands in the text instead of a binding, so that Postgres can use the partial indexes.
  if (list === 'ended') void query.whereNotNull('legal_invoices.ended_at');
  else if (list !== 'all')
    void query.whereRaw(`legal_invoices.state = '${list === 'overdue' ? 'due' : list}'`);
  return readPage(db, query, orderOf(db, list), cursor);
}

function orderOf(db: Knex, list: LegalInvoiceList): KeysetOrder {
  const isDue = list === 'due' || list === 'overdue';
  return {
    keys: isDue ? ['legal_invoices.due_at', 'legal_invoices.id'] : ['legal_invoices.id'],
    direction: isDue ? 'asc' : 'desc',
    startsAmong: db('legal_invoices'),
    size: PAGE_SIZE,
  };
}

/** The legal invoices that a number names, each way by an index of its own. */
function idsOf(db: Knex, search: string): Knex.QueryBuilder {
  const byReceipt = (receipts: Knex.QueryBuilder): Knex.QueryBuilder =>
    db('legal_invoices').whereIn('invoice_id', receipts).select('id');
  const ofOrder = db('payments').where('merchant_oid', search).select('id');
  const ways = [
    db('legal_invoices').where('number', search.toUpperCase()).select('id'),
    byReceipt(db('invoices').where('invoice_no', search.toUpperCase()).select('id')),
    byReceipt(db('invoices').whereIn('payment_id', ofOrder).select('id')),
  ];
  if (UUID.test(search)) ways.push(db('legal_invoices').where('ettn', search).select('id'));
  return db.queryBuilder().union(ways);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How many wait for their issue, and how many of them are late. */
export async function countDueLegalInvoices(db: Knex, at: Date): Promise<{ due: number; overdue: number }> {
  const row = await db('legal_invoices')
    .whereRaw("state = 'due'")
    .first<{ due: number; overdue: number } | undefined>([
      db.raw('count(*)::int as due'),
      db.raw('count(*) filter (where due_at < ?)::int as overdue', [at]),
    ]);
  return row ?? { due: 0, overdue: 0 };
}

/** A legal invoice of any company: for operators only. */
export async function findLegalInvoice(db: Knex, id: number): Promise<LegalInvoiceOfReceipt | undefined> {
  return withReceipts(db)
    .where('legal_invoices.id', id)
    .first<LegalInvoiceOfReceipt | undefined>([
      ...legalInvoiceColumns(db),
      'invoices.invoice_no',
      'companies.name as company_name',
    ]);
}

/** The legal invoices of a company's receipts, oldest first, without those that stand for none. */
export async function listLegalInvoicesOf(
  db: Knex,
  companyId: number,
  invoiceIds: number[],
): Promise<LegalInvoice[]> {
  return db('legal_invoices')
    .where('legal_invoices.company_id', companyId)
    .whereIn('legal_invoices.invoice_id', invoiceIds)
    .whereNot('legal_invoices.state', 'withdrawn')
    .orderBy('legal_invoices.id')
    .select<LegalInvoice[]>(legalInvoiceColumns(db));
}

/** The others of the same receipt, oldest first: those before it, and its returns. */
export async function listSiblings(
  db: Knex,
  { id, invoice_id }: Pick<LegalInvoice, 'id' | 'invoice_id'>,
): Promise<LegalInvoice[]> {
  return db('legal_invoices')
    .where({ invoice_id })
    .whereNot({ id })
    .orderBy('id')
    .select<LegalInvoice[]>(legalInvoiceColumns(db));
}

/** The files of these legal invoices, oldest first. */
export async function listFiles(db: Knex, legalInvoiceIds: number[]): Promise<LegalInvoiceFile[]> {
  return db('legal_invoice_files')
    .whereIn('legal_invoice_id', legalInvoiceIds)
    .orderBy('id')
    .select<LegalInvoiceFile[]>('id', 'legal_invoice_id', 'kind', 'sha256', 'added_at');
}

/** A file with its bytes and a name for it. */
export async function findFile(
  db: Knex,
  { legalInvoiceId, fileId }: { legalInvoiceId: number; fileId: number },
): Promise<{ kind: FileKind; content: Buffer; name: string } | undefined> {
  const file = await db('legal_invoice_files as files')
    .join('legal_invoices', 'legal_invoices.id', 'files.legal_invoice_id')
    .where({ 'files.id': fileId, 'legal_invoices.id': legalInvoiceId })
    .first<{ number: string | null; kind: FileKind; content: Buffer } | undefined>(
      'legal_invoices.number',
      'files.kind',
      'files.content',
    );
  if (file === undefined) return undefined;
  const { number, kind, content } = file;
  return { kind, content, name: `${number ?? `legal-invoice-${String(legalInvoiceId)}`}.${kind}` };
}

function withReceipts(db: Knex): Knex.QueryBuilder {
  return db('legal_invoices')
    .join('invoices', 'invoices.id', 'legal_invoices.invoice_id')
    .join('companies', 'companies.id', 'legal_invoices.company_id');
}
