import type { Knex } from 'knex';
import { z } from 'zod';
import { currencies } from '../../currency.ts';
import { paidPlans } from '../../plan.ts';
import { columnsOf } from '../../record-fields.ts';
import type { InvoiceParty } from '../papers/paper-lines.ts';

const reversal = z.object({
  id: z.int(),
  refund_id: z.int(),
  invoice_id: z.int(),
  payment_id: z.int(),
  company_id: z.int(),
  reversal_no: z.string(),
  issued_at: z.date(),
  currency: z.enum(currencies),
  total_minor: z.int(),
  tax_minor: z.int(),
  invoice_no: z.string(),
  plan: z.enum(paidPlans),
  period_start: z.date(),
  period_end: z.date(),
  /** Postgres gives numeric as text, e.g. "20.00". */
  tax_percent: z.string(),
  buyer: z.custom<InvoiceParty>(),
  seller: z.custom<InvoiceParty>(),
});

/** A part of an invoice, or all of it, taken back out of the books. */
export type Reversal = z.output<typeof reversal>;

export const reversalColumns = columnsOf('reversals', reversal);

/** The sums of all reversals of an invoice, in minor units. */
export async function sumReversals(
  db: Knex,
  invoiceId: number,
): Promise<{ total_minor: number; tax_minor: number }> {
  return db('reversals')
    .where('reversals.invoice_id', invoiceId)
    .first<{ total_minor: number; tax_minor: number }>(
      db.raw('coalesce(sum(total_minor), 0)::bigint as total_minor'),
      db.raw('coalesce(sum(tax_minor), 0)::bigint as tax_minor'),
    );
}

/** The reversals of a payment, oldest first. */
export async function listReversals(db: Knex, paymentId: number): Promise<Reversal[]> {
  return db('reversals')
    .where('reversals.payment_id', paymentId)
    .orderBy('reversals.id')
    .select<Reversal[]>(reversalColumns);
}

/** A reversal with the day of its invoice and the order, as its document prints them. */
export interface PrintedReversal extends Reversal {
  invoice_issued_at: Date;
  merchant_oid: string;
  test_mode: boolean;
}

/** A reversal of a company or, for operators, of any (null). */
export async function findReversal(
  db: Knex,
  companyId: number | null,
  reversalId: number,
): Promise<PrintedReversal | undefined> {
  return db('reversals')
    .join('invoices', 'invoices.id', 'reversals.invoice_id')
    .join('payments', 'payments.id', 'reversals.payment_id')
    .where('reversals.id', reversalId)
    .modify((query) => {
      if (companyId !== null) void query.where('reversals.company_id', companyId);
    })
    .first<PrintedReversal | undefined>([
      ...reversalColumns,
      'invoices.issued_at as invoice_issued_at',
      'payments.merchant_oid',
      'payments.test_mode',
    ]);
}
