import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { signedCallback } from '../../support/fake-paytr.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { readPdfText } from '../../support/pdf-text.ts';
import { formatFor } from '../../../src/web/format.ts';
import { auditOf, notify } from '../scene.ts';

const test = useTestApp({ env: { SELLER_TAX_OFFICE: 'Çankaya', SELLER_TAX_NUMBER: '0000000000' } });
let cast: Cast;
let invoice: { id: number; invoice_no: string };
let order: { merchant_oid: string };

beforeAll(async () => {
  cast = await buildCast(test.db);
  await test.db('billing_details').insert({
    company_id: cast.acme.id,
    billing_name: 'Acme <b>A.Ş.</b>',
    billing_address: 'Örnek Cad. 1',
    ...{ billing_district: 'Çankaya', billing_city: 'Ankara', billing_country: 'TR' },
    billing_tax_number: '1234567890',
  });
  order = await buildPayment(test.db, { company_id: cast.acme.id, user_id: cast.alice.id });
  await notify(test.app, signedCallback({ merchant_oid: order.merchant_oid, total_amount: '160000' }));
  invoice = await test
    .db('invoices')
    .where('company_id', cast.acme.id)
    .first<{ id: number; invoice_no: string }>('id', 'invoice_no');
});

/** The receipt as the evidence about the payer has it. */
async function readJson(
  alice: Visitor,
): Promise<{ invoice_no: string; total_minor: number; tax_minor: number }> {
  const response = await alice.rawGet(`/admin/users/${String(cast.alice.id)}/export-logs`).buffer();
  const bundle = JSON.parse(response.text) as { invoices: Awaited<ReturnType<typeof readJson>>[] };
  return bundle.invoices[0]!;
}

describe('a receipt', () => {
  it('shows both parties, number, period, order, times in both zones and money that adds up', async () => {
    const alice = await signIn(test.app, cast.alice);
    const page = await alice.get(`/billing/invoices/${String(invoice.id)}`);
    expect(page.status).toBe(200);
    const text = page.text.replace(/\s+/g, ' ');
    for (const part of [
      invoice.invoice_no,
      order.merchant_oid,
      'YouAreCoder',
      'Çankaya',
      'Acme &lt;b&gt;A.Ş.&lt;/b&gt;',
      'Örnek Cad. 1, Çankaya, Ankara, Türkiye',
      '1234567890',
      'Professional plan, cloud workspaces',
      '(Istanbul)',
      'data-print',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/\d\d:\d\d:\d\d \(UTC\)/);
    // 1,600.00 with 20% inside: 266.67 tax and 1,333.33 net; 101.00 more than the price is the surcharge.
    for (const amount of ['1,333.33', '266.67', '1,600.00', '101.00']) expect(text).toContain(amount);
    const turkish = await alice.get(`/billing/invoices/${String(invoice.id)}`, { 'accept-language': 'tr' });
    expect(turkish.status).toBe(200);
  });

  it('has the address of a buyer abroad in English, also for a payer who reads Turkish', async () => {
    const billing_address = 'Musterstr. 1';
    await test.db('billing_details').insert({
      ...{ company_id: cast.globex.id, billing_name: 'Globex GmbH', billing_address },
      ...{ billing_city: 'Köln', billing_country: 'DE' },
    });
    await test.db('users').where({ id: cast.charlie.id }).update({ locale: 'tr' });
    const abroad = await buildPayment(test.db, { company_id: cast.globex.id, user_id: cast.charlie.id });
    await notify(test.app, signedCallback({ merchant_oid: abroad.merchant_oid, total_amount: '149900' }));
    const kept = await test
      .db('invoices')
      .where('company_id', cast.globex.id)
      .first<{ buyer: object }>('buyer');
    expect(kept.buyer).toMatchObject({ address: 'Musterstr. 1, Köln, Germany' });
  });

  it('says that it is a receipt and no legal invoice, and so does the mail', async () => {
    const alice = await signIn(test.app, cast.alice);
    const page = await alice.get(`/billing/invoices/${String(invoice.id)}`);
    expect(page.text).toContain(`Receipt ${invoice.invoice_no}`);
    expect(page.text).toContain('It is not a legal invoice (fatura) under Turkish tax law');
    const mail = (await test.mails()).find(({ subject }) => subject.includes(invoice.invoice_no));
    expect(mail?.subject).toMatch(/^Receipt /);
    expect(mail?.text).toContain('It is not a legal invoice (fatura)');
  });

  it.each(['en', 'tr'])(
    'is a PDF in the reader’s language (%s) with the same numbers as page and JSON',
    async (locale) => {
      await test.db('users').where({ id: cast.alice.id }).update({ locale });
      const alice = await signIn(test.app, cast.alice);
      const path = `/billing/invoices/${String(invoice.id)}`;
      const page = (await alice.get(path)).text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s/g, '');
      const response = await alice.rawGet(`${path}/receipt.pdf`).responseType('blob');
      expect(response.headers['content-disposition']).toContain(`${invoice.invoice_no}.pdf`);
      const pdf = await readPdfText(response.body as Buffer);
      const json = await readJson(alice);
      expect([json.total_minor, json.tax_minor]).toEqual([160_000, 26_667]);
      const { money } = formatFor(locale as 'en' | 'tr');
      const amounts = [json.total_minor, json.tax_minor, json.total_minor - json.tax_minor, 10_100];
      for (const amount of amounts.map((minor) => money(minor, 'TRY').replaceAll(/\s/g, ''))) {
        expect(pdf).toContain(amount);
        expect(page).toContain(amount);
      }
      const words = {
        en: ['Receipt', 'It is not a legal invoice', 'Tax office: Çankaya', 'VAT 20%'],
        tr: ['Ödeme özeti', 'fatura değildir', 'Vergi dairesi: Çankaya', 'KDV %20'],
      }[locale as 'en' | 'tr'];
      for (const part of [...words, json.invoice_no, order.merchant_oid, 'Acme <b>A.Ş.</b>', '1234567890'])
        expect(pdf).toContain(part.replaceAll(/\s/g, ''));
      await test.db('users').where({ id: cast.alice.id }).update({ locale: 'en' });
    },
  );

  it('is listed on the billing page, also at its payment', async () => {
    const page = await (await signIn(test.app, cast.alice)).get('/billing');
    expect(page.text.split(`href="/billing/invoices/${String(invoice.id)}"`)).toHaveLength(3);
    expect(page.text).not.toContain('No receipts yet');
  });

  it('is not found for another company, like one that does not exist, and not allowed for a member', async () => {
    const path = `/billing/invoices/${String(invoice.id)}`;
    const charlie = await signIn(test.app, cast.charlie);
    const theirs = await charlie.get(path);
    const missing = await charlie.get('/billing/invoices/999999');
    expect([theirs.status, missing.status]).toEqual([404, 404]);
    expect(theirs.text).not.toContain(invoice.invoice_no);
    for (const id of ['0', '-1', '1.5', 'x', '9'.repeat(30), `${String(invoice.id)}x`]) {
      expect((await charlie.get(`/billing/invoices/${id}`)).status).toBe(404);
    }
    expect((await (await signIn(test.app, cast.bob)).get(path)).status).toBe(403);
    expect((await charlie.get('/billing')).text).not.toContain(invoice.invoice_no);
  });

  it('is shown to an operator, and the look is a row that the company can see', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    const page = await olivia.get(`/billing/invoices/${String(invoice.id)}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain(invoice.invoice_no);
    expect((await auditOf(test.db, cast.acme.id)).at(-1)).toMatchObject({
      action_type: 'operator_company_viewed',
      actor_type: 'operator',
      user_id: cast.olivia.id,
    });
  });
});
