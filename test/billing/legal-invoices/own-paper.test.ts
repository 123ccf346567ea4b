import { beforeAll, describe, expect, it } from 'vitest';
import { dueLegalInvoices } from '../../../src/billing/legal-invoices/due-legal-invoices.ts';
import { signedCallback } from '../../support/fake-paytr.ts';
import { useTestApp } from '../../support/app.ts';
import { readPdfText } from '../../support/pdf-text.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { auditOf, contextAt, notify } from '../scene.ts';
import { buildLegalInvoice } from './scene.ts';

const test = useTestApp({ env: { INVOICE_ISSUER: 'own' } });
let cast: Cast;
let alice: Visitor;

beforeAll(async () => {
  cast = await buildCast(test.db);
  alice = await signIn(test.app, cast.alice);
});

describe('a seller whose own paper is the legal invoice', () => {
  it('gives an invoice that says so, in page, PDF and mail, and that is issued from the start', async () => {
    const order = await buildPayment(test.db, { company_id: cast.acme.id, user_id: cast.alice.id });
    await notify(test.app, signedCallback({ merchant_oid: order.merchant_oid, total_amount: '149900' }));
    const invoice = await test
      .db('invoices')
      .where({ payment_id: order.id })
      .first<{ id: number; invoice_no: string }>('id', 'invoice_no');
    const path = `/billing/invoices/${String(invoice.id)}`;
    const mail = (await test.mails()).find(({ subject }) => subject.includes(invoice.invoice_no));
    expect(mail?.subject).toMatch(/^Invoice /);
    expect(mail?.text).not.toContain('not a legal invoice');
    const read = async (): Promise<string[]> => {
      const page = await alice.get(path);
      const pdf = await alice.rawGet(`${path}/receipt.pdf`).responseType('blob');
      return [page.text.replaceAll(/\s/g, ''), await readPdfText(pdf.body as Buffer)];
    };
    // Before and after the job has seen it.
    for (const job of [false, true]) {
      if (job) await dueLegalInvoices(test.db, contextAt(new Date()), test.config);
      for (const text of await read()) {
        expect(text).toContain(`Invoice${invoice.invoice_no}`);
        expect(text).not.toContain('notalegalinvoice');
      }
    }
    const legal = await test
      .db('legal_invoices')
      .where({ invoice_id: invoice.id })
      .first<Record<string, unknown>>('*');
    expect(legal).toMatchObject({ state: 'issued', issuer: 'own', number: invoice.invoice_no, ettn: null });
    const rows = await auditOf(test.db, cast.acme.id);
    expect(rows.filter(({ action_type }) => action_type === 'legal_invoice_issued')).toMatchObject([
      { resource_id: String(legal['id']), details: { issuer: 'own', number: invoice.invoice_no } },
    ]);
    expect((await alice.get('/billing')).text).not.toContain('Legal invoice');
  });

  it('keeps the papers from before as receipts, with their legal invoices', async () => {
    const payer = { company_id: cast.acme.id, user_id: cast.alice.id };
    const { id, receipt, fileId } = await buildLegalInvoice(test.db, payer, { isIssued: true });
    const page = await alice.get(`/billing/invoices/${String(receipt.id)}`);
    expect(page.text).toContain(`Receipt ${receipt.invoice_no}`);
    expect(page.text).toContain('It is not a legal invoice (fatura)');
    expect((await alice.get('/billing')).text).toContain(
      `/billing/legal-invoices/${String(id)}/files/${String(fileId)}`,
    );
  });
});
