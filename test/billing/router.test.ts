import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Paytr, TokenOrder } from '../../src/billing/paytr/paytr.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { BUYER, BUYER_FORM, buildBuyer, orderPlan, tickAll } from './order.ts';
import { buildCast, buildPayment, buildUser, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { startFakePaytr, type FakePaytr } from '../support/fake-paytr.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';
import { auditOf } from './scene.ts';

let gateway: FakePaytr;
let test: TestApp;
let cast: Cast;
let alice: Visitor;
let lastOrder: TokenOrder | undefined;
let tokenCalls = 0;

beforeAll(async () => {
  gateway = await startFakePaytr({ timeoutSeconds: 0.3 });
  const paytr: Paytr = {
    ...gateway.paytr,
    requestToken: (order) => {
      tokenCalls += 1;
      lastOrder = order;
      return gateway.paytr.requestToken(order);
    },
  };
  test = await createTestApp({
    env: { PAYTR_BASE_URL: gateway.url, PAYTR_CURRENCIES: 'TRY,EUR', PAYTR_TEST_MODE: '1' },
    deps: { paytr },
  });
});
afterAll(async () => {
  await test.close();
  await gateway.close();
});
beforeEach(async () => {
  cast = await buildCast(test.db);
  alice = await signIn(test.app, cast.alice);
  tokenCalls = 0;
});

const bob = (): Promise<Visitor> => signIn(test.app, cast.bob);
const charlie = (): Promise<Visitor> => signIn(test.app, cast.charlie);

const DAY_MS = 86_400_000;
const setSubscription = (change: Record<string, unknown>): Promise<number> =>
  test.db('subscriptions').where('company_id', cast.acme.id).update(change);
const paidFor = (plan: string, days: number): Promise<number> =>
  setSubscription({
    plan,
    period_started_at: new Date(Date.now() - DAY_MS),
    period_ends_at: new Date(Date.now() + days * DAY_MS),
  });

interface PaymentRow {
  id: number;
  merchant_oid: string;
  status: string;
  user_id: number;
  plan: string;
  currency: string;
  amount_minor: number;
  client_ip: string | null;
  gateway_user_ip: string | null;
  user_agent: string | null;
  test_mode: boolean;
  gateway_token: string | null;
}
const payments = (companyId = cast.acme.id): Promise<PaymentRow[]> =>
  test.db('payments').where('company_id', companyId).orderBy('id').select<PaymentRow[]>('*');

describe('the end of a trial or of paid time', () => {
  const MINUTE_MS = 60_000;
  const now = Date.now();
  /** Time stands still, so that what is left is exact. */
  const endsIn = (minutes: number, plan: 'trial' | 'team'): Promise<number> => {
    vi.useFakeTimers({ toFake: ['Date'], now });
    const end = new Date(now + minutes * MINUTE_MS);
    return plan === 'trial'
      ? setSubscription({ trial_ends_at: end })
      : setSubscription({
          plan,
          trial_ends_at: new Date(now - 60 * DAY_MS),
          period_started_at: new Date(end.getTime() - 30 * DAY_MS),
          period_ends_at: end,
        });
  };
  afterEach(() => vi.useRealTimers());

  it.each([
    ['trial', 5 * 1440 + 1, 'pill-info', null],
    ['trial', 4 * 1440, 'pill-warning', 'Your trial ends in 4 days'],
    ['trial', 30, 'pill-warning', 'Your trial ends in 30 minutes'],
    ['trial', 0, 'pill-danger', 'Your trial has ended'],
    ['team', 5 * 1440 + 1, 'pill-success', null],
    ['team', 5 * 1440, 'pill-warning', 'Your company’s paid time ends in 5 days'],
    ['team', 26 * 60, 'pill-warning', 'Your company’s paid time ends in 26 hours'],
    ['team', 0, 'pill-warning', 'The paid time is over. Workspaces close in 7 days'],
    ['team', -7 * 1440, 'pill-danger', 'subscription is suspended'],
    ['team', -67 * 1440, 'pill-danger', 'Your subscription has ended'],
  ] as const)('of %s in %i minutes shows as %s and on every page: %s', async (plan, minutes, tone, text) => {
    await endsIn(minutes, plan);
    for (const path of ['/billing', '/workspace', '/auth/tokens']) {
      const page = (await alice.get(path)).text;
      expect(
        page.match(/(ends|close) in \d|(trial|subscription) (has ended|is suspended)/g)?.length ?? 0,
        path,
      ).toBe(text === null ? 0 : 1);
      if (text !== null) expect(page, path).toContain(text);
      if (path !== '/auth/tokens') expect(page, path).toContain(`pill ${tone}`);
    }
  });

  it('sends admins to the plans and members to an admin, and is nobody else’s business', async () => {
    await endsIn(26 * 60, 'team');
    expect((await alice.get('/auth/tokens')).text).toContain('href="/billing#plans"');
    const members = (await (await bob()).get('/auth/tokens')).text;
    expect(members).toContain('paid time ends in 26 hours');
    expect(members).toContain('Ask an administrator of your company to pay for the next month');
    expect(members).not.toContain('/billing#plans');
    const operators = await signIn(test.app, cast.olivia);
    for (const text of [
      (await (await charlie()).get('/auth/tokens')).text,
      (await operators.get('/admin')).text,
      (await operators.get(`/admin?company=${String(cast.acme.id)}`)).text,
    ])
      expect(text).not.toContain('paid time ends in');
  });

  it('is said in Turkish, too', async () => {
    await endsIn(26 * 60, 'team');
    await test.db('users').where('id', cast.alice.id).update({ locale: 'tr' });
    expect((await alice.get('/billing')).text).toContain(
      'Şirketinizin ödenmiş süresinin bitmesine 26 saat kaldı',
    );
  });
});

describe('the billing page', () => {
  it('shows an admin plan, usage, prices, payments, invoices and the details form', async () => {
    await buildWorkspace(test.db, { company_id: cast.acme.id, owner_user_id: cast.alice.id });
    const page = await alice.get('/billing');
    expect(page.status).toBe(200);
    expect(page.text).toContain('Trial');
    expect(page.text).toMatch(/1[34] days left/);
    expect(page.text).toContain('1 of 3');
    expect(page.text).toContain('2 of 5');
    expect(page.text).toMatch(/1,499\.00/);
    expect(page.text).toContain('href="/billing/order/team?currency=TRY"');
    expect(page.text).toContain('No payments yet');
    expect(page.text).toContain('No receipts yet');
    expect(page.text).toContain('name="billing_address"');
  });

  it('shows a member the plan and how much is in use, and nothing about money', async () => {
    await buildPayment(test.db, { company_id: cast.acme.id, user_id: cast.alice.id });
    const page = await (await bob()).get('/billing');
    expect(page.status).toBe(200);
    expect(page.text).toContain('Trial');
    expect(page.text).toContain('ask an administrator');
    expect(page.text).not.toMatch(/subscribe|1,499|billing_address|merchant_oid|Alice/);
  });

  it('refuses operators, who have no company, and sends strangers to sign in', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    expect((await olivia.get('/billing')).status).toBe(403);
    expect((await olivia.post('/billing/subscribe/team', { currency: 'TRY' })).status).toBe(403);
  });

  it('shows prices in the currency asked for when it is on offer', async () => {
    expect((await alice.get('/billing?currency=EUR')).text).toContain('€45.00');
    const unknown = await alice.get('/billing?currency=USD');
    expect(unknown.status).toBe(200);
    expect(unknown.text).toMatch(/1,499\.00/);
    expect(unknown.text).not.toContain('$49.00');
  });

  it('says that paid time has ended, and offers plans again', async () => {
    await setSubscription({
      plan: 'team',
      trial_ends_at: new Date(Date.now() - 40 * DAY_MS),
      period_started_at: new Date(Date.now() - 43 * DAY_MS),
      period_ends_at: new Date(Date.now() - 13 * DAY_MS),
    });
    const page = await alice.get('/billing');
    expect(page.text).toContain('subscription is suspended');
    expect(page.text).toContain('pill pill-danger">Suspended');
    expect(page.text).toContain('href="/billing/order/starter?currency=TRY"');
    expect((await (await bob()).get('/billing')).text).toContain('Ask an administrator');
  });

  it('turns the pages of a long list of payments and shows only this company’s', async () => {
    const theirs = await buildPayment(test.db, { company_id: cast.globex.id, user_id: cast.charlie.id });
    const built = [];
    for (let n = 0; n < 23; n += 1) {
      const created_at = new Date(Date.UTC(2026, 0, 1, 0, Math.floor(n / 3)));
      built.push(
        await buildPayment(test.db, {
          company_id: cast.acme.id,
          user_id: cast.alice.id,
          created_at,
          status: 'failed',
        }),
      );
    }
    const oids = (text: string): string[] =>
      [...text.matchAll(/\/billing\/checkout\/(\w+)/g)].map((match) => match[1] ?? '');
    const link = (text: string, rel: string): string =>
      new RegExp(`rel="${rel}" href="([^"#]+)`).exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const first = await alice.get('/billing');
    const second = await alice.get(link(first.text, 'next'));
    const third = await alice.get(link(second.text, 'next'));
    const seen = [first, second, third].flatMap((page) => oids(page.text));
    expect(seen).toEqual(built.map((payment) => payment.merchant_oid).reverse());
    expect(seen).not.toContain(theirs.merchant_oid);
    expect(link(third.text, 'next')).toBe('');
    expect(link(first.text, 'prev')).toBe('');
    expect(oids((await alice.get(link(third.text, 'prev'))).text)).toEqual(oids(second.text));
  });

  it('takes a cursor nobody made for the newest page', async () => {
    for (const cursor of ['x', '1-', '-1-1', '9'.repeat(40), '999999999999999-1', "1'--1"]) {
      expect((await alice.get(`/billing?paymentsOlder=${encodeURIComponent(cursor)}`)).status).toBe(200);
    }
  });
});

describe('the billing details', () => {
  const details = {
    customer_type: 'company',
    billing_name: 'Acme Ltd. Şti.',
    billing_address: 'Örnek Cad. 1\r\nAnkara',
    billing_district: 'Çankaya',
    billing_city: 'Ankara',
    billing_country: 'TR',
    billing_phone: '+90 312 000 00 01',
    billing_tax_office: 'Çankaya',
    billing_tax_number: '1234567890',
  };
  const stored = (): Promise<Record<string, unknown> | undefined> =>
    test.db('billing_details').where('company_id', cast.acme.id).first<Record<string, unknown>>('*');

  it('are called optional only where an order can do without them, on both pages', async () => {
    for (const path of ['/billing', '/billing/details?plan=team&currency=TRY']) {
      const { text } = await alice.get(path);
      const optional = [
        ...text.matchAll(/for="((?:billing|customer)_\w+)">[^<]*<span class="field-optional"/g),
      ];
      expect(optional.map(([, name]) => name)).toEqual([
        ...['billing_district', 'billing_city', 'billing_country', 'billing_phone', 'billing_tax_office'],
      ]);
    }
    expect((await alice.get('/billing')).text).toContain('An order needs it.');
  });

  it('are kept for an admin, shown again, and leave a row with what changed', async () => {
    const response = await alice.post('/billing/details', details);
    expect(response.status).toBe(303);
    expect(await stored()).toMatchObject({ ...details, billing_address: 'Örnek Cad. 1 Ankara' });
    expect((await alice.follow(response)).text).toContain('The billing details were saved.');
    await alice.post('/billing/details', { ...details, billing_tax_office: '' });
    const rows = (await auditOf(test.db, cast.acme.id)).filter(
      (row) => row.action_type === 'billing_details_changed',
    );
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({
      user_id: cast.alice.id,
      details: { before: { billing_tax_office: 'Çankaya' }, after: { billing_tax_office: null } },
    });
  });

  it('that did not change leave no row', async () => {
    await alice.post('/billing/details', details);
    await alice.post('/billing/details', details);
    const actions = (await auditOf(test.db, cast.acme.id)).map((row) => row.action_type);
    expect(actions.filter((action) => action === 'billing_details_changed')).toHaveLength(1);
  });

  it.each([
    ['billing_name', 'x'.repeat(121), 'too long'],
    ['billing_name', '\u200B', 'no invisible characters'],
    ['billing_name', 'Acme\u202E', 'no invisible characters'],
    ['billing_address', 'Ankara\u2066', 'no invisible characters'],
    ['billing_address', 'x'.repeat(401), 'too long'],
    ['billing_phone', 'call me', 'phone number'],
    ['billing_phone', '12345678901234567890123', 'too long'],
    ['billing_tax_number', '12', '5 to 20'],
    ['billing_tax_number', '1234567891', 'A digit is wrong'],
    ['billing_tax_number', '10000000147', 'A digit is wrong'],
    ['billing_tax_office', 'a\u0000b', 'no invisible characters'],
  ])('with a wrong %s are shown again with a message beside the field', async (field, value, message) => {
    const response = await alice.post('/billing/details', { ...details, [field]: value });
    expect(response.status).toBe(422);
    expect(response.text).toContain(message);
    expect(response.text).toContain(`id="${field}-error"`);
    expect(response.text).toContain('Örnek Cad. 1'.slice(0, field === 'billing_address' ? 0 : undefined));
    expect((await stored())?.billing_name ?? null).toBeNull();
  });

  it.each([
    ['without one of its fields', { billing_phone: undefined }],
    ['with a field sent twice', { billing_name: ['Acme', 'Ajax'] }],
  ])('stay as they are when a form comes %s', async (_what, change) => {
    await alice.post('/billing/details', details);
    const fields = { ...details, billing_tax_office: 'Kadıköy', ...change };
    expect((await alice.post('/billing/details', fields)).status).toBe(400);
    expect(await stored()).toMatchObject({ ...details, billing_address: 'Örnek Cad. 1 Ankara' });
  });

  it('are refused to a member', async () => {
    expect((await (await bob()).post('/billing/details', details)).status).toBe(403);
    expect((await stored())?.billing_name ?? null).toBeNull();
  });
});

describe('buying a plan', () => {
  beforeEach(() => buildBuyer(test.db, cast.acme.id));
  const buy = (visitor: Visitor, plan = 'team', currency = 'TRY') =>
    orderPlan(visitor, { plan, currency }, { 'user-agent': 'Ada’s browser'.replace('’', '') });

  it('places a pending order with the price of the plan, and shows the gateway’s form in a frame', async () => {
    const response = await buy(alice, 'team', 'EUR');
    expect(response.status).toBe(303);
    const [payment] = await payments();
    expect(payment).toMatchObject({
      status: 'pending',
      user_id: cast.alice.id,
      plan: 'team',
      currency: 'EUR',
      amount_minor: 4500,
      client_ip: '127.0.0.1',
      gateway_user_ip: '203.0.113.10',
      user_agent: 'Adas browser',
      test_mode: true,
    });
    expect(payment?.merchant_oid).toMatch(/^[A-Za-z0-9]{20,64}$/);
    expect(response.headers.location).toBe(`/billing/checkout/${payment?.merchant_oid ?? ''}`);
    const page = await alice.follow(response);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`src="${gateway.url}/odeme/guvenli/${payment?.gateway_token ?? ''}"`);
    expect(page.text).toContain(payment?.merchant_oid);
    expect(page.text).toContain('€45.00');
    expect(page.headers['content-security-policy']).toContain(`frame-src ${gateway.url}`);
    expect(page.headers['cache-control']).toContain('no-store');
  });

  it('leaves a row of the person who started it', async () => {
    await buy(alice);
    const [payment] = await payments();
    const row = (await auditOf(test.db, cast.acme.id)).find(
      (each) => each.action_type === 'payment_initiated',
    );
    expect(row).toMatchObject({
      success: true,
      actor_type: 'user',
      user_id: cast.alice.id,
      resource_id: String(payment?.id),
      details: { merchant_oid: payment?.merchant_oid, plan: 'team', amount_minor: 149_900, currency: 'TRY' },
    });
    expect(JSON.stringify(row)).not.toContain(payment?.gateway_token);
  });

  it('tells the gateway who pays, for what, and where to return to; the seller’s phone stands in for none', async () => {
    await buy(alice);
    const [payment] = await payments();
    const signed = `order=${payment?.merchant_oid ?? ''}&sig=`;
    expect(lastOrder).toMatchObject({
      merchantOid: payment?.merchant_oid,
      email: cast.alice.email,
      userName: 'Alice',
      userAddress: BUYER.billing_address,
      userPhone: test.config.seller.phone,
      basket: [{ name: 'YouAreCoder Professional', unitPriceMinor: 149_900, quantity: 1 }],
      timeoutMinutes: 30,
    });
    expect(lastOrder?.okUrl).toContain(`http://localhost:3000/billing/payment/success?${signed}`);
    expect(lastOrder?.failUrl).toContain(`http://localhost:3000/billing/payment/fail?${signed}`);
    await alice.post('/billing/details', {
      ...BUYER_FORM,
      billing_address: 'Example Street 9, Izmir',
      billing_phone: '+90 232 000 00 00',
    });
    await buy(alice, 'enterprise');
    expect(lastOrder).toMatchObject({
      userAddress: 'Example Street 9, Izmir',
      userPhone: '+90 232 000 00 00',
    });
  });

  it('is refused to a member, without an order and without a call', async () => {
    expect((await buy(await bob())).status).toBe(403);
    expect((await buy(await bob(), 'nonsense')).status).toBe(403);
    expect(await payments()).toEqual([]);
    expect(tokenCalls).toBe(0);
  });

  it.each(['trial', 'Team', 'gold', '..', '%00'])('of the name %s is not found', async (plan) => {
    expect((await buy(alice, plan)).status).toBe(404);
    expect(await payments()).toEqual([]);
  });

  it.each([['USD'], ['GBP'], ['TL'], ['try'], [''], [undefined]])(
    'in the currency %s, which is not on offer, shows the page again with a message',
    async (currency) => {
      const response = await alice.post('/billing/subscribe/team', { currency });
      expect(response.status).toBe(422);
      expect(response.text).toContain('TRY, EUR');
      expect(await payments()).toEqual([]);
    },
  );

  it('ten times at once gives one order and one call, and everybody gets to it', async () => {
    const responses = await Promise.all(Array.from({ length: 10 }, () => buy(alice)));
    const [payment, ...more] = await payments();
    expect(more).toEqual([]);
    expect(tokenCalls).toBe(1);
    for (const response of responses) {
      expect(response.status).toBe(303);
      expect(response.headers.location).toBe(`/billing/checkout/${payment?.merchant_oid ?? ''}`);
    }
  });

  it('again while the form is open goes back to the same order; another plan, currency or person has its own', async () => {
    await buy(alice);
    await buy(alice);
    expect(await payments()).toHaveLength(1);
    await buy(alice, 'starter');
    await buy(alice, 'team', 'EUR');
    const eve = await buildUser(test.db, { company_id: cast.acme.id, role: 'admin' });
    await buy(await signIn(test.app, eve));
    expect(await payments()).toHaveLength(4);
    expect(tokenCalls).toBe(4);
  });

  it.each([
    ['whose form is about to close', { created_at: new Date(Date.now() - 26 * 60_000), gateway_token: 'x' }],
    ['whose opening died', { created_at: new Date(Date.now() - 2 * 60_000), gateway_token: null }],
    ['that has failed', { status: 'failed' }],
    ['of an older price', { amount_minor: 100, gateway_token: 'x' }],
  ])('again after an order %s gives a new order', async (_, change) => {
    await buildPayment(test.db, { company_id: cast.acme.id, user_id: cast.alice.id, ...change });
    await buy(alice);
    expect(await payments()).toHaveLength(2);
    expect(tokenCalls).toBe(1);
  });

  it('again while the first answer is on its way shows that the form is opening', async () => {
    await buy(alice);
    const [{ merchant_oid }] = (await payments()) as [PaymentRow];
    await test.db('payments').where({ merchant_oid }).update({ gateway_token: null });
    tokenCalls = 0;
    const response = await buy(alice);
    expect(response.headers.location).toBe(`/billing/checkout/${merchant_oid}`);
    const page = await alice.follow(response);
    expect(page.text).toContain('Opening the payment form');
    expect(page.text).toContain('http-equiv="refresh" content="2"');
    expect(tokenCalls).toBe(0);
  });

  it.each([
    ['refuses', 'refuse', 'refused'],
    ['does not answer', 'hang', 'timeout'],
    ['answers with a page', 'html', 'unreadable'],
    ['breaks', '500', 'unreadable'],
  ] as const)('while the gateway %s is a clear page, and a row with the reason', async (_, mode, reason) => {
    gateway.sandbox.failNextToken(mode);
    const response = await buy(alice);
    expect(response.status).toBe(502);
    expect(response.text).toContain('The payment form could not be opened');
    expect(response.text).toContain('Your card was not charged');
    expect(response.text).toContain('href="/billing/order/team?currency=TRY"');
    const [payment] = await payments();
    expect(payment).toMatchObject({ status: 'refused', gateway_token: null });
    const rows = await auditOf(test.db, cast.acme.id);
    const row = rows.find((each) => each.action_type === 'payment_initiation_failed');
    expect(row).toMatchObject({ success: false, user_id: cast.alice.id, resource_id: String(payment?.id) });
    expect(row?.details).toMatchObject({ reason, merchant_oid: payment?.merchant_oid });
    expect(row?.error_message?.length).toBeLessThan(600);
    expect(rows.some((each) => each.action_type === 'payment_initiated')).toBe(false);
    const again = await buy(alice);
    expect(again.status).toBe(303);
    expect(await payments()).toHaveLength(2);
  });

  it('of a larger plan is an upgrade: the difference for the days left is told before, and the end stays', async () => {
    await paidFor('starter', 12.5);
    const notes = /\w+: ₺[\d,.]+ now, for what is left until \d+ \w+ \d{4}/g;
    const told = (await alice.get('/billing')).text.match(notes) ?? [];
    expect(told.map((note) => note.replace(/ until .*/, ''))).toEqual([
      // Twelve days of a month of 28 to 31 days.
      expect.stringMatching(/^Professional: ₺(387\.09|400\.00|413\.79|428\.57) now, for what is left$/),
      expect.stringMatching(/^Enterprise: ₺[\d,.]+ now, for what is left$/),
    ]);
    await buy(alice, 'enterprise');
    const [payment] = await payments();
    expect(payment?.amount_minor).toBeLessThan(499_900 / 2);
    const path = `/billing/checkout/${payment?.merchant_oid ?? ''}`;
    const page = (await alice.get(path)).text;
    expect(page).toContain('Your paid time keeps its end');
    expect(page).toMatch(/12 of (28|29|30|31) days × \(₺4,999\.00 − ₺499\.00\) = ₺/);
    await test.db('users').where('id', cast.alice.id).update({ locale: 'tr' });
    expect((await alice.get(path)).text).toMatch(/12\/\d\d gün × \(₺4\.999,00 − ₺499,00\)/);
    await test.db('users').where('id', cast.alice.id).update({ locale: 'en' });
    // Other paid time than it was counted for: the order is not to be paid any more.
    await paidFor('starter', 2.5);
    expect((await alice.get(path)).text).toContain('replaced');
  });

  it('for a lower plan waits for the end of the higher one, and says until when', async () => {
    await paidFor('enterprise', 10);
    const response = await buy(alice, 'team');
    expect(response.status).toBe(422);
    expect(response.text).toMatch(/larger plan until \d+ \w+ \d{4}/);
    expect(await payments()).toEqual([]);
    expect(tokenCalls).toBe(0);
    expect((await alice.get('/billing')).text).not.toContain('/billing/order/team');
  });

  it('reaches at most twelve months ahead', async () => {
    await paidFor('team', 345);
    const response = await buy(alice, 'team');
    expect(response.status).toBe(422);
    expect(response.text).toContain('at most 12 months in advance');
    expect(await payments()).toEqual([]);
  });

  it('does not trust an amount in the form', async () => {
    const page = await alice.get('/billing/order/team?currency=TRY');
    const fields = { ...tickAll(page), amount_minor: 1, amount: '1', price: 1 };
    await alice.post('/billing/subscribe/team', fields);
    expect((await payments())[0]?.amount_minor).toBe(149_900);
  });
});

describe('the checkout page of an order', () => {
  beforeEach(() => buildBuyer(test.db, cast.acme.id));
  it('is not found for another company, for nonsense, and not allowed for a member', async () => {
    await orderPlan(alice);
    const [payment] = await payments();
    const path = `/billing/checkout/${payment?.merchant_oid ?? ''}`;
    expect((await (await charlie()).get(path)).status).toBe(404);
    expect((await (await charlie()).get('/billing/checkout/NOSUCHORDER')).status).toBe(404);
    expect((await alice.get('/billing/checkout/not-an-order')).status).toBe(404);
    expect((await (await bob()).get(path)).status).toBe(403);
  });

  it.each([
    [{ status: 'failed', failed_reason_code: '6' }, 'The form was closed, or the time ran out'],
    [
      { status: 'failed', failed_reason_code: 'X-1', failed_reason_message: 'Ham metin' },
      'did not approve the payment',
    ],
    [{ status: 'expired' }, 'has expired'],
    [{ status: 'refused' }, 'could not be opened'],
    [{ status: 'review', review_reason: 'test_payment' }, 'We are checking this payment'],
    [{ status: 'success', paid_at: new Date() }, 'Paid. Thank you!'],
    [{ gateway_token: 'x', created_at: new Date(Date.now() - 31 * 60_000) }, 'The payment form has closed'],
    [{ created_at: new Date(Date.now() - 31 * 60_000) }, 'could not be opened'],
  ])('that stands at %j says so in words', async (change, words) => {
    const order = await buildPayment(test.db, {
      company_id: cast.acme.id,
      user_id: cast.alice.id,
      ...change,
    });
    const page = await alice.get(`/billing/checkout/${order.merchant_oid}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain(words);
    expect(page.text).not.toContain('<iframe');
    expect(page.text).not.toContain('Ham metin');
  });
});

describe('without a public address of the payer', () => {
  beforeEach(() => buildBuyer(test.db, cast.acme.id));
  it('no gateway is asked: a clear page, and a row with the reason', async () => {
    const own = await createTestApp({ env: { PAYTR_USER_IP_OVERRIDE: '' }, database: test.database });
    try {
      const visitor = await signIn(own.app, cast.alice);
      const response = await orderPlan(visitor);
      expect(response.status).toBe(422);
      expect(response.text).toContain('public internet address');
      expect(await payments()).toMatchObject([{ status: 'refused', gateway_user_ip: null }]);
      const row = (await auditOf(test.db, cast.acme.id)).at(-1);
      expect(row).toMatchObject({ action_type: 'payment_initiation_failed', success: false });
      expect(row?.details.reason).toBe('no-public-address');
    } finally {
      await own.close();
    }
  });

  it.each(['198.51.100.7', '198.51.100.7:5123'])(
    '%s is told to the gateway as it is, without a port and not the stand-in',
    async (written) => {
      const own = await createTestApp({
        env: { TRUST_PROXY: 'loopback', PAYTR_BASE_URL: gateway.url },
        database: test.database,
        deps: { paytr: gateway.paytr },
      });
      try {
        const visitor = await signIn(own.app, cast.alice, { 'x-forwarded-for': written });
        const response = await orderPlan(visitor);
        expect(response.status).toBe(303);
        expect(await payments()).toMatchObject([
          { client_ip: '198.51.100.7', gateway_user_ip: '198.51.100.7' },
        ]);
      } finally {
        await own.close();
      }
    },
  );
});
