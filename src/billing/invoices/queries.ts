import type { Knex } from 'knex';
import { z } from 'zod';
import { currencies } from '../../currency.ts';
import { SHORT_PAGE_SIZE, readPage, type Cursor, type KeysetOrder, type Page } from '../../db/keyset.ts';
import { paidPlans, type PaidPlan } from '../../plan.ts';
import { columnsOf } from '../../record-fields.ts';
import type { InvoiceParty } from '../papers/paper-lines.ts';
import type { PriceFacts } from '../price-facts.ts';

const invoice = z.object({
  id: z.int(),
  payment_id: z.int(),
  company_id: z.int(),
  invoice_no: z.string(),
  issued_at: z.date(),
  plan: z.enum(paidPlans),
  period_start: z.date(),
  period_end: z.date(),
  currency: z.enum(currencies),
  total_minor: z.int(),
  tax_minor: z.int(),
  /** Postgres gives numeric as text, e.g. "20.00". */
  tax_percent: z.string(),
  buyer: z.custom<InvoiceParty>(),
  seller: z.custom<InvoiceParty>(),
});

/** An invoice for exactly the period that one payment bought. */
export type Invoice = z.output<typeof invoice>;

/** An invoice with what its printed page takes from the payment. */
export interface PrintedInvoice extends Invoice {
  merchant_oid: string;
  test_mode: boolean;
  amount_minor: number;
  price_facts: PriceFacts | null;
  paid_at: Date;
  /** Whether this paper is its own legal invoice. Null until its legal invoice is due. */
  is_legal: boolean | null;
}

const invoiceColumns = columnsOf('invoices', invoice);

const printedColumns = (db: Knex): (string | Knex.Raw)[] => [
  ...invoiceColumns,
  'payments.merchant_oid',
  'payments.test_mode',
  'payments.amount_minor',
  'payments.price_facts',
  'payments.paid_at',
  db.raw(
    `(select bool_or(legal_invoices.issuer is not distinct from 'own') from legal_invoices
      where legal_invoices.invoice_id = invoices.id and legal_invoices.ended_as is distinct from 'withdrawn') as is_legal`,
  ),
];

/** A company's invoices, newest first, one page of them. */
export async function listInvoices(db: Knex, companyId: number, cursor: Cursor): Promise<Page<Invoice>> {
  const query = db('invoices').where('invoices.company_id', companyId).select(invoiceColumns);
  const order: KeysetOrder = {
    keys: ['invoices.issued_at', 'invoices.id'],
    direction: 'desc',
    startsAmong: db('invoices').where('invoices.company_id', companyId),
    size: SHORT_PAGE_SIZE,
  };
  return readPage<Invoice>(db, query, order, cursor);
}

/** A company's invoice with what its printed page needs. */
export async function findInvoice(
  db: Knex,
  companyId: number,
  invoiceId: number,
): Promise<PrintedInvoice | undefined> {
  return printedInvoices(db)
    .where({ 'invoices.company_id': companyId, 'invoices.id': invoiceId })
    .first<PrintedInvoice | undefined>(printedColumns(db));
}

/** An invoice of any company: for operators only. */
export async function findAnyInvoice(db: Knex, invoiceId: number): Promise<PrintedInvoice | undefined> {
  return printedInvoices(db)
    .where('invoices.id', invoiceId)
    .first<PrintedInvoice | undefined>(printedColumns(db));
}

/** The invoice of a company's payment, once it is paid. */
export async function findInvoiceOfPayment(
  db: Knex,
  companyId: number,
  paymentId: number,
): Promise<Invoice | undefined> {
  return db('invoices')
    .where({ 'invoices.company_id': companyId, 'invoices.payment_id': paymentId })
    .first<Invoice | undefined>(invoiceColumns);
}

/** The time on an invoice with what may have become of it. */
export interface TimeOfInvoice {
  id: number;
  plan: PaidPlan;
  isUpgrade: boolean;
  start: Date;
  end: Date;
  issuedAt: Date;
  takenAt: Date | null;
}

/**
 * The time on an invoice, with all that decides where it lies now: the time of later invoices that may begin
 * within it, and all time of the company that was taken back.
 */
export async function listTimesAround(db: Knex, invoice: Invoice): Promise<TimeOfInvoice[]> {
  const rows = await db('invoices')
    .join('payments', 'payments.id', 'invoices.payment_id')
    .where('invoices.company_id', invoice.company_id)
    .where((which) =>
      which
        .whereNotNull('payments.time_taken_at')
        .orWhere((later) =>
          later
            .where('invoices.id', '>=', invoice.id)
            .where('invoices.period_start', '<', invoice.period_end),
        ),
    )
    .orderBy('invoices.id')
    .select<(Omit<TimeOfInvoice, 'isUpgrade'> & { is_upgrade: boolean })[]>([
      'invoices.id',
      'invoices.plan',
      db.raw("payments.price_facts -> 'upgrade' is not null as is_upgrade"),
      'invoices.period_start as start',
      'invoices.period_end as end',
      'invoices.issued_at as issuedAt',
      'payments.time_taken_at as takenAt',
    ]);
  return rows.map(({ is_upgrade: isUpgrade, ...time }) => ({ ...time, isUpgrade }));
}

/** The order that an invoice was issued for. */
export async function findOrderOfInvoice(
  db: Knex,
  invoice: Pick<Invoice, 'payment_id' | 'company_id'>,
): Promise<{ plan: PaidPlan; price_facts: PriceFacts | null }> {
  const order = await db('payments')
    .where({ 'payments.id': invoice.payment_id, 'payments.company_id': invoice.company_id })
    .first<{ plan: PaidPlan; price_facts: PriceFacts | null } | undefined>(
      'payments.plan',
      'payments.price_facts',
    );
  if (order === undefined) throw new Error('Bug! An invoice without a payment');
  return order;
}

function printedInvoices(db: Knex): Knex.QueryBuilder {
  return db('invoices').join('payments', 'payments.id', 'invoices.payment_id');
}
