import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { RequestContext } from '../../../src/audit/request-context.ts';
import { localDay } from '../../../src/local-calendar.ts';
import { buildPayment } from '../../support/programs/build.ts';
import type { Visitor } from '../../support/visitor.ts';
import { contextAt } from '../scene.ts';

interface BuiltReceipt {
  id: number;
  payment_id: number;
  company_id: number;
  invoice_no: string;
}

const nobody = { address: null, phone: null, email: null, taxOffice: null, taxNumber: null };

/** A receipt over 1,499.00 liras with 20 per cent tax in it, of a payment that is paid. */
export async function buildReceipt(
  db: Knex,
  payer: { company_id: number; user_id: number },
  {
    payment: ordered,
    ...overrides
  }: Record<string, unknown> & { issued_at?: Date; currency?: string; payment?: object } = {},
): Promise<BuiltReceipt> {
  const at = overrides.issued_at ?? new Date();
  const currency = overrides.currency ?? 'TRY';
  const payment = await buildPayment(db, { ...payer, currency, status: 'success', paid_at: at, ...ordered });
  const [row] = await db('invoices')
    .insert({
      payment_id: payment.id,
      company_id: payer.company_id,
      year: at.getUTCFullYear(),
      number: payment.id,
      invoice_no: `TST2026${String(payment.id).padStart(9, '0')}`,
      issued_at: at,
      plan: 'team',
      period_start: at,
      period_end: new Date(at.getTime() + 30 * 86_400_000),
      total_minor: 149_900,
      tax_minor: 24_983,
      tax_percent: 20,
      buyer: { ...nobody, name: 'Acme A.Ş.', address: 'Örnek Cad. 1, Ankara' },
      seller: { ...nobody, name: 'Seller' },
      ...overrides,
      currency,
    })
    .returning<BuiltReceipt[]>(['id', 'payment_id', 'company_id', 'invoice_no']);
  return row!;
}

/** A number and an ETTN that no other legal invoice has, as a form sends them today. */
export function newEntry(): {
  type: string;
  number: string;
  ettn: string;
  issuedOn: string;
} {
  const issuedOn = localDay(new Date());
  const number = `GIB${issuedOn.slice(0, 4)}${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`;
  return { type: 'SATIS', number, ettn: randomUUID(), issuedOn };
}

/** The legal invoice of a receipt of its own: due, or issued and with a file. */
export async function buildLegalInvoice(
  db: Knex,
  payer: { company_id: number; user_id: number },
  overrides: Record<string, unknown> & { isIssued?: boolean; receipt?: BuiltReceipt } = {},
): Promise<{ id: number; receipt: BuiltReceipt; fileId: number }> {
  const { isIssued, receipt: given, ...columns } = overrides;
  const receipt = given ?? (await buildReceipt(db, payer));
  const { type, number, ettn, issuedOn } = newEntry();
  const at = new Date();
  const issue = {
    issuer: 'none',
    type,
    number,
    ettn,
    issued_on: issuedOn,
    tax_minor: 24_983,
    tax_percent: 20,
    issued_at: at,
  };
  const [row] = await db('legal_invoices')
    .insert({
      company_id: payer.company_id,
      invoice_id: receipt.id,
      currency: 'TRY',
      total_minor: 149_900,
      created_at: at,
      due_at: new Date(at.getTime() + 7 * 86_400_000),
      ...(isIssued === true ? issue : {}),
      ...columns,
    })
    .returning<{ id: number }[]>('id');
  const [file] = await db('legal_invoice_files')
    .insert({
      company_id: payer.company_id,
      legal_invoice_id: row!.id,
      kind: 'pdf',
      content: Buffer.from(`%PDF-1.7 ${String(row!.id)}`),
      added_at: at,
    })
    .returning<{ id: number }[]>('id');
  return { id: row!.id, receipt, fileId: file!.id };
}

/** The context of an operator, for operations that are called without a page. */
export function operatorAt(at: Date, userId: number): RequestContext {
  return { ...contextAt(at), actorType: 'operator', userId };
}

/** Posts a form with a file, as a browser does. */
export async function postFile(
  visitor: Visitor,
  path: string,
  form: { fields?: Record<string, string>; content: Buffer; token: string },
): Promise<{ status: number; text: string }> {
  const post = visitor.rawPost(path).field({ _csrf: form.token, ...form.fields });
  return post.attach('file', form.content, { filename: 'fatura.pdf', contentType: 'application/pdf' });
}
