import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { signedCallback } from '../../support/fake-paytr.ts';
import { signIn } from '../../support/visitor.ts';
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
    billing_address: 'Örnek Cad. 1, Ankara',
    billing_tax_number: '1234567890',
  });
  order = await buildPayment(test.db, { company_id: cast.acme.id, user_id: cast.alice.id });
  await notify(test.app, signedCallback({ merchant_oid: order.merchant_oid, total_amount: '160000' }));
  invoice = await test
    .db('invoices')
    .where('company_id', cast.acme.id)
    .first<{ id: number; invoice_no: string }>('id', 'invoice_no');
});

describe('an invoice page', () => {
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
      'Örnek Cad. 1, Ankara',
      '1234567890',
      'Professional plan, one month',
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

  it('is listed on the billing page, also at its payment', async () => {
    const page = await (await signIn(test.app, cast.alice)).get('/billing');
    expect(page.text.split(`href="/billing/invoices/${String(invoice.id)}"`)).toHaveLength(3);
    expect(page.text).not.toContain('No invoices yet');
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
