import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { signedCallback, startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { BUYER, BUYER_FORM, buildBuyer, orderPlan, tickAll } from '../order.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { followSubscriptions } from '../../../src/billing/life/notices/follow-subscriptions.ts';
import { auditOf, contextAt, notify } from '../scene.ts';

let gateway: FakePaytr;
let test: TestApp;
let cast: Cast;
let alice: Visitor;

beforeAll(async () => {
  gateway = await startFakePaytr();
  test = await createTestApp({
    env: { PAYTR_BASE_URL: gateway.url, PAYTR_CURRENCIES: 'TRY,EUR' },
    deps: { paytr: gateway.paytr },
  });
});
afterAll(async () => {
  await test.close();
  await gateway.close();
});
beforeEach(async () => {
  cast = await buildCast(test.db);
  await buildBuyer(test.db, cast.acme.id);
  alice = await signIn(test.app, cast.alice, { 'user-agent': 'Alice’s browser'.replace('’', '') });
});

interface Kept {
  payment_id: number;
  company_id: number;
  user_id: number;
  customer_type: string;
  locale: string;
  terms_text: string;
  terms_html: string;
  text_sha256: string;
  html_sha256: string;
  prices_text: string;
  prices_html: string;
  prices_sha256: string;
  boxes: { name: string; wording: string }[];
  button: string;
  documents: { kind: string; version: string; content_sha256: string }[];
  price_facts: { list_version: number } | null;
  ip_address: string;
  user_agent: string;
  browser_session: string | null;
  request_id: string;
  buyer: { name: string };
}
const kept = (): Promise<Kept[]> =>
  test.db('order_consents').where('company_id', cast.acme.id).orderBy('id').select<Kept[]>('*');
const orders = (): Promise<{ id: number; status: string; merchant_oid: string; amount_minor: number }[]> =>
  test
    .db('payments')
    .where('company_id', cast.acme.id)
    .orderBy('id')
    .select('id', 'status', 'merchant_oid', 'amount_minor');
const PATH = '/billing/order/team?currency=TRY';
const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

let list = 1;

/** Puts a new version of the prices in force. */
async function publishPrices(teamMinor: number): Promise<void> {
  list += 1;
  const at = new Date();
  await test.database.ownerDb.transaction(async (trx) => {
    const [row] = await trx('price_lists')
      .insert({
        ...{ version: list, effective_from: at, kind: 'fixed', note: 'test' },
        ...{ created_by: cast.olivia.id, created_at: at },
      })
      .returning<{ id: number }[]>('id');
    const prices = { starter: 49_900, team: teamMinor, enterprise: 499_900 };
    const items = ['TRY', 'EUR'].flatMap((currency) =>
      Object.entries(prices).map(([plan, amount_minor]) => ({
        ...{ price_list_id: row!.id, currency, plan, amount_minor },
      })),
    );
    await trx('price_list_items').insert(items);
  });
}

describe('the order page', () => {
  it('shows the order, its texts, the boxes and a button with the amount, and orders nothing', async () => {
    const page = await alice.get(PATH);
    expect(page.status).toBe(200);
    expect(page.headers['cache-control']).toContain('no-store');
    expect(page.text).toContain('Sales contract for services (business buyer)');
    expect(page.text).toContain('Conditions of cancellation and refunds');
    expect(page.text).toContain('Örnek Cad. 1, Ankara');
    expect(page.text).toMatch(/<button[^>]*>Pay ₺1,499\.00 \(order with obligation to pay\)<\/button>/);
    expect(page.text.match(/type="checkbox"/g)).toHaveLength(2);
    expect(page.text).not.toContain('checked');
    expect(page.text).not.toContain('pre-information form');
    expect(await orders()).toEqual([]);
  });

  it('is in Turkish for who reads Turkish, and has a consumer’s form and own box of the immediate start', async () => {
    await buildBuyer(test.db, cast.acme.id, { customer_type: 'consumer', billing_name: 'Ada Lovelace' });
    await test.db('users').where('id', cast.alice.id).update({ locale: 'tr' });
    const page = await alice.get(PATH);
    expect(page.text).toContain('Ön bilgilendirme formu');
    expect(page.text).toContain('Mesafeli satış sözleşmesi');
    expect(page.text).toContain('id="box_immediate"');
    expect(page.text).toContain('₺1.499,00 öde (ödeme yükümlülüğü doğuran sipariş)');
    expect(page.text.match(/type="checkbox"/g)).toHaveLength(3);
  });

  it('is of no use to members, operators and strangers, and shows each admin their own company only', async () => {
    for (const path of [PATH, '/billing/details?plan=team&currency=TRY']) {
      expect((await (await signIn(test.app, cast.bob)).get(path)).status).toBe(403);
      expect((await (await signIn(test.app, cast.olivia)).get(path)).status).toBe(403);
    }
    await buildBuyer(test.db, cast.globex.id, { billing_address: 'Globex Str. 9' });
    const theirs = (await (await signIn(test.app, cast.charlie)).get(PATH)).text;
    expect(theirs).toContain('Globex Str. 9');
    expect(theirs).not.toMatch(/Acme|Örnek Cad/);
  });

  it.each(['/billing/order/team', '/billing/order/team?currency=USD', '/billing/order/team?currency=TL'])(
    'shows the prices again for a currency that is not on offer: %s',
    async (path) => {
      const page = await alice.get(path);
      expect(page.status).toBe(422);
      expect(page.text).toContain('TRY, EUR');
    },
  );

  it('says why a plan cannot be bought now, and is not found for one that does not exist', async () => {
    await test
      .db('subscriptions')
      .where('company_id', cast.acme.id)
      .update({
        plan: 'enterprise',
        period_started_at: new Date(),
        period_ends_at: new Date(Date.now() + 10 * 86_400_000),
      });
    const page = await alice.get(PATH);
    expect(page.status).toBe(422);
    expect(page.text).toContain('larger plan until');
    expect((await alice.get('/billing/order/trial?currency=TRY')).status).toBe(404);
  });
});

describe('pressing the button', () => {
  it('with every box ticked keeps exactly what was shown, with who, when and from where, in one row with the order', async () => {
    const page = await alice.get(PATH);
    const response = await alice.post('/billing/subscribe/team', tickAll(page));
    const [order] = await orders();
    expect(response.headers.location).toBe(`/billing/checkout/${order!.merchant_oid}`);
    const [consent] = await kept();
    expect(consent).toMatchObject({
      payment_id: order!.id,
      company_id: cast.acme.id,
      user_id: cast.alice.id,
      customer_type: 'company',
      locale: 'en',
      ip_address: '127.0.0.1',
      user_agent: 'Alices browser',
      request_id: response.headers['x-request-id'],
      button: 'Pay ₺1,499.00 (order with obligation to pay)',
    });
    expect(page.text).toContain(consent!.terms_html);
    expect(tickAll(page)['terms']).toBe(consent!.text_sha256);
    expect(consent!.text_sha256).toBe(sha256(consent!.terms_text));
    expect(page.text).toContain(consent!.prices_html);
    expect(tickAll(page)['prices']).toBe(consent!.prices_sha256);
    expect(consent!.prices_sha256).toBe(sha256(consent!.prices_html));
    for (const words of [
      'Plan: Professional; For product teams',
      '20 workspaces',
      '₺1,499.00',
      'Starter: ₺499.00',
    ])
      expect(consent!.prices_text).toContain(words);
    expect(consent!.html_sha256).toBe(sha256(consent!.terms_html));
    expect(consent!.browser_session).toMatch(/^[0-9a-f]{64}$/);
    expect(consent!.boxes.map(({ name }) => name)).toEqual(['contract', 'business']);
    expect(consent!.price_facts?.list_version).toBe(1);
    for (const { kind, version, content_sha256 } of consent!.documents) {
      const file = await alice.get(`/legal/${kind}/${version}/en.txt`);
      expect(sha256(file.text)).toBe(content_sha256);
    }
    const row = (await auditOf(test.db, cast.acme.id)).find(
      ({ action_type }) => action_type === 'order_terms_accepted',
    );
    expect(row).toMatchObject({
      success: true,
      user_id: cast.alice.id,
      resource_type: 'payment',
      resource_id: String(order!.id),
      details: {
        merchant_oid: order!.merchant_oid,
        text_sha256: consent!.text_sha256,
        prices_sha256: consent!.prices_sha256,
        customer_type: 'company',
        boxes: ['contract', 'business'],
      },
    });
  });

  it('with a box left open orders nothing, says so beside the box, and keeps the other tick', async () => {
    const page = await alice.get(PATH);
    const fields = tickAll(page);
    delete fields['box_business'];
    const response = await alice.post('/billing/subscribe/team', fields);
    expect(response.status).toBe(422);
    expect(response.text).toContain('id="box_business-error"');
    expect(response.text).not.toContain('id="box_contract-error"');
    expect(response.text).toMatch(/id="box_contract"[^>]*checked/);
    expect(response.text).toContain('href="#box_business"');
    expect(await orders()).toEqual([]);
    expect(await kept()).toEqual([]);
  });

  it('without having seen the page, or with a hash of its own, orders nothing', async () => {
    const bare = await alice.post('/billing/subscribe/team', { currency: 'TRY' });
    expect(bare.status).toBe(422);
    expect(bare.text).toContain('id="box_contract-error"');
    const ticks = { currency: 'TRY', box_contract: 'on', box_business: 'on' };
    const shown = tickAll(await alice.get(PATH));
    expect((await alice.post('/billing/subscribe/team', { ...shown, prices: '0'.repeat(64) })).status).toBe(
      409,
    );
    for (const terms of [undefined, '', 'x', '0'.repeat(64), ['a', 'b']])
      expect((await alice.post('/billing/subscribe/team', { ...ticks, terms })).status).toBe(409);
    expect(await orders()).toEqual([]);
  });

  it('twice, or ten times at once, is one order with one row of what was accepted', async () => {
    const fields = tickAll(await alice.get(PATH));
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => alice.post('/billing/subscribe/team', fields)),
    );
    const [order, ...more] = await orders();
    expect(more).toEqual([]);
    expect(new Set(responses.map(({ headers }) => String(headers.location)))).toEqual(
      new Set([`/billing/checkout/${order!.merchant_oid}`]),
    );
    expect(await kept()).toHaveLength(1);
    await orderPlan(alice);
    expect(await kept()).toHaveLength(1);
  });

  it.each([
    ['the price', () => publishPrices(155_000), '₺1,550.00'],
    ['the buyer', () => buildBuyer(test.db, cast.acme.id, { billing_address: 'Yeni Cad. 2' }), 'Yeni Cad. 2'],
    [
      'the paid time',
      () =>
        test
          .db('subscriptions')
          .where('company_id', cast.acme.id)
          .update({
            plan: 'team',
            period_started_at: new Date(),
            period_ends_at: new Date(Date.now() + 5 * 86_400_000),
          }),
      'after the time already paid',
    ],
  ])(
    'after %s has changed shows the new page with a notice, unticked, and orders nothing',
    async (_, change, words) => {
      const fields = tickAll(await alice.get(PATH));
      await change();
      const response = await alice.post('/billing/subscribe/team', fields);
      expect(response.status).toBe(409);
      expect(response.text).toContain('Please read this once more');
      expect(response.text).toContain(words);
      expect(response.text).not.toContain('checked');
      expect(await orders()).toEqual([]);
      expect((await alice.post('/billing/subscribe/team', tickAll(response))).status).toBe(303);
      expect((await kept())[0]?.terms_text).toContain(words);
    },
  );

  it('after a new version of a text shows it first; an open order with the old one is replaced', async () => {
    await orderPlan(alice);
    const fields = tickAll(await alice.get(PATH));
    await test.database.ownerDb('legal_documents').insert({
      ...{ kind: 'refund-policy', version: '2027-05-05', locale: 'en' },
      ...{ title: 'Conditions of cancellation and refunds', body: 'Other conditions.' },
    });
    expect((await alice.post('/billing/subscribe/team', fields)).status).toBe(409);
    expect((await orderPlan(alice)).status).toBe(303);
    const consents = await kept();
    expect(consents).toHaveLength(2);
    expect(consents[1]!.terms_text).toContain('Other conditions.');
    expect(consents[0]!.terms_text).not.toContain('Other conditions.');
  });

  it('leaves no order when what was accepted cannot be kept', async () => {
    const fields = tickAll(await alice.get(PATH));
    await test.database.ownerDb.raw('alter table order_consents rename to order_consents_away');
    const response = await alice.post('/billing/subscribe/team', fields);
    await test.database.ownerDb.raw('alter table order_consents_away rename to order_consents');
    expect(response.status).toBe(500);
    expect(await orders()).toEqual([]);
  });
});

describe('a price list that takes effect between order and payment', () => {
  it('changes neither order, charge, receipt nor what was accepted; the next month costs the new price', async () => {
    await publishPrices(149_900);
    await orderPlan(alice);
    const [order] = await orders();
    const oid = order!.merchant_oid;
    await publishPrices(161_000);
    expect((await alice.get(`/billing/checkout/${oid}`)).text).toContain('₺1,499.00');
    await notify(test.app, signedCallback({ merchant_oid: oid, total_amount: '149900' }));
    expect((await orders())[0]).toMatchObject({ status: 'success', amount_minor: 149_900 });
    const version = String((await kept())[0]!.price_facts!.list_version);
    const billing = await alice.get('/billing');
    const [, receipt = ''] = /href="(\/billing\/invoices\/\d+)"/.exec(billing.text) ?? [];
    for (const path of [receipt, `${receipt}/terms`]) {
      const page = await alice.get(path);
      expect(page.status, path).toBe(200);
      expect(page.text).toContain('₺1,499.00');
      expect(page.text).not.toContain('₺1,610.00');
      expect(page.text.replaceAll(/<[^>]*>/g, '')).toMatch(new RegExp(`[Vv]ersion ${version}\\b`));
    }
    expect((await auditOf(test.db, cast.acme.id)).at(-1)?.details).toMatchObject({
      price_list_version: Number(version),
    });
    expect(billing.text).toContain('₺1,610.00');
    await test
      .db('subscriptions')
      .where('company_id', cast.acme.id)
      .update({ trial_ends_at: new Date(0), period_ends_at: new Date(Date.now() + 7 * 86_400_000) });
    await test.forgetMails();
    await followSubscriptions(test.db, contextAt(new Date()), test);
    const mail = (await test.mails()).find(({ to }) => to === cast.alice.email);
    expect(mail?.text).toContain('₺1,610.00');
  });

  it('is shown to who presses the button by a page of before, and who orders anew pays it', async () => {
    await publishPrices(149_900);
    await orderPlan(alice);
    await publishPrices(162_000);
    expect((await orderPlan(alice)).status).toBe(303);
    expect(await orders()).toMatchObject([{ amount_minor: 149_900 }, { amount_minor: 162_000 }]);
  });
});

describe('what was kept', () => {
  it.each([
    ['changed', "update order_consents set terms_text = 'other'"],
    ['given to another order', 'update order_consents set payment_id = payment_id + 1'],
    ['deleted', 'delete from order_consents'],
    ['emptied', 'truncate order_consents'],
  ])('cannot be %s, not even by the owner of the tables', async (_what, sql) => {
    await orderPlan(alice);
    await expect(test.database.ownerDb.raw(sql)).rejects.toThrow(/append-only/);
    await expect(test.db.raw(sql)).rejects.toThrow(/permission denied|must be owner|append-only/);
  });

  it('keep the buyer, whom receipt and legal invoice name although the company is called otherwise by now', async () => {
    await orderPlan(alice);
    const [consent] = await kept();
    expect(consent).toMatchObject({ buyer: { ...BUYER, billing_name: null, billing_country: 'TR' } });
    await buildBuyer(test.db, cast.acme.id, { billing_name: 'Other GmbH', billing_country: 'DE' });
    const [order] = await orders();
    const { merchant_oid, amount_minor } = order!;
    await notify(test.app, signedCallback({ merchant_oid, total_amount: String(amount_minor) }));
    const invoice = await test.db('invoices').where('company_id', cast.acme.id).first<{ buyer: object }>();
    expect(invoice.buyer).toMatchObject({ name: consent!.buyer.name });
  });

  it('cannot be written a second time for the same order', async () => {
    await orderPlan(alice);
    const again = test.db.raw(
      `insert into order_consents (payment_id, company_id, user_id, customer_type, locale, documents, terms_text,
         terms_html, boxes, button, accepted_at, request_id)
       select payment_id, company_id, user_id, customer_type, locale, documents, 'x', terms_html, boxes, button,
         accepted_at, request_id from order_consents where company_id = ?`,
      [cast.acme.id],
    );
    await expect(again).rejects.toThrow(/uq_order_consents_payment/);
  });
});

describe('a buyer who is not known yet', () => {
  const form = { plan: 'team', currency: 'EUR' };

  it('is asked once, on a page that leads on to the order', async () => {
    const charlie = await signIn(test.app, cast.charlie);
    const first = await charlie.get('/billing/order/team?currency=EUR');
    expect(first.headers.location).toBe('/billing/details?plan=team&currency=EUR');
    const page = await charlie.follow(first);
    expect(page.text).toContain('name="customer_type"');
    expect((await charlie.post('/billing/subscribe/team', { currency: 'EUR' })).headers.location).toBe(
      first.headers.location,
    );
    const saved = await charlie.post('/billing/details', { ...BUYER_FORM, ...form });
    expect(saved.headers.location).toBe('/billing/order/team?currency=EUR');
    expect((await charlie.follow(saved)).status).toBe(200);
  });

  it.each([
    ['a company without a number', { billing_tax_number: '' }, 'billing_tax_number'],
    ['a company with a mistyped number', { billing_tax_number: '1234567891' }, 'billing_tax_number'],
    ['nobody’s kind', { customer_type: '' }, 'customer_type'],
    ['no address', { billing_address: ' ' }, 'billing_address'],
    ['a consumer without a name', { customer_type: 'consumer', billing_tax_number: '' }, 'billing_name'],
    [
      'a consumer with the number of a company',
      { customer_type: 'consumer', billing_name: 'Ada' },
      'billing_tax_number',
    ],
  ])('is asked again beside the field for %s, with nothing lost', async (_what, change, field) => {
    const fields = { ...BUYER_FORM, billing_phone: '+90 312 000 00 01', ...change, ...form };
    const response = await alice.post('/billing/details', fields);
    expect(response.status).toBe(422);
    expect(response.text).toContain(`id="${field}-error"`);
    expect(response.text).toContain('+90 312 000 00 01');
    expect(response.text).toContain('name="plan" value="team"');
  });

  it.each([
    ['a sole trader with an identity number', { billing_tax_number: '10000000146' }],
    ['a foreign company', { billing_tax_number: 'DE123456789' }],
    [
      'a consumer without a number',
      { customer_type: 'consumer', billing_name: 'Ada', billing_tax_number: '' },
    ],
    [
      'a consumer from abroad',
      { customer_type: 'consumer', billing_name: 'Ada', billing_tax_number: 'P1234567' },
    ],
  ])('may be %s', async (_what, change) => {
    expect((await alice.post('/billing/details', { ...BUYER_FORM, ...change, ...form })).status).toBe(303);
  });

  it('goes nowhere else by the fields that lead on', async () => {
    const change = { plan: '//evil.example', currency: 'TRY' };
    const response = await alice.post('/billing/details', { ...BUYER_FORM, ...change });
    expect(response.headers.location).toBe('/billing#details');
  });
});
