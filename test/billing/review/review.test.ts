import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readMoneyTotals } from '../../../src/billing/finance/month-totals.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { signedCallback, startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { startFakeMerchant, type FakeMerchant } from '../../support/sandbox-checkout.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { auditOf, moneyState, notify } from '../scene.ts';
import { chargeAndSettle, givenBack } from '../refunds/scene.ts';

const NOTE = 'The customer agreed by phone';

let test: TestApp;
let gateway: FakePaytr;
let merchant: FakeMerchant;
let cast: Cast;
let olivia: Visitor;

beforeAll(async () => {
  merchant = await startFakeMerchant();
  gateway = await startFakePaytr({ callbackUrl: merchant.url });
  test = await createTestApp({ deps: { paytr: gateway.paytr } });
});
afterAll(async () => {
  await test.close();
  await gateway.close();
  merchant.close();
});
beforeEach(async () => {
  await test.db('rate_limits').delete();
  cast = await buildCast(test.db);
  olivia = await signIn(test.app, cast.olivia);
  await test.forgetMails();
});

const paid = (overrides = {}, charged: Record<string, string> = {}): Promise<string> =>
  chargeAndSettle(
    test.app,
    test.db,
    gateway,
    { company_id: cast.acme.id, user_id: cast.alice.id, ...overrides },
    charged,
  );
const tooLittle = (): Promise<string> => paid({}, { total_amount: '100000' });
const urlOf = (order: string, step = ''): string => `/admin/finance/review/${order}${step}`;
const accept = (order: string) => olivia.post(urlOf(order, '/accept'), { note: NOTE });

describe('the review desk', () => {
  it('lists what waits, oldest first, and each order leads to what was ordered, charged and said', async () => {
    expect((await olivia.get('/admin/finance/review')).text).toContain('Payments to review');
    const order = await tooLittle();
    const desk = await olivia.get('/admin/finance/review');
    expect(desk.text).toContain(`href="${urlOf(order)}"`);
    for (const path of ['/admin', `/admin?company=${String(cast.acme.id)}`])
      expect((await olivia.get(path)).text).toContain(`href="${urlOf(order)}"`);
    const alice = await signIn(test.app, cast.alice);
    const ours = await alice.get('/admin');
    expect(ours.text).toContain(order);
    expect(ours.text).not.toContain('/admin/finance');
    const page = await olivia.get(urlOf(order));
    for (const text of ['₺1,499.00', '₺1,000.00', '100000 (₺1,000.00)', 'Less was charged than ordered'])
      expect(page.text).toContain(text);
    expect(page.text).toContain('Nobody has written anything yet.');
  });

  it('keeps a note, and the payment stays', async () => {
    const order = await tooLittle();
    const empty = await olivia.post(urlOf(order, '/note'), { note: '' });
    expect([empty.status, empty.text.includes('Say why')]).toEqual([422, true]);
    const noted = await olivia.follow(await olivia.post(urlOf(order, '/note'), { note: 'Waiting for Acme' }));
    expect(noted.text).toContain('The note was saved.');
    expect(noted.text).toContain('Waiting for Acme');
    expect((await moneyState(test.db, cast.acme.id, order)).payment.status).toBe('review');
    const row = (await auditOf(test.db, cast.acme.id)).find((each) => each.details.note !== undefined);
    expect(row).toMatchObject({
      action_type: 'payment_review_noted',
      actor_type: 'operator',
      user_id: cast.olivia.id,
      details: { merchant_oid: order, note: 'Waiting for Acme', review_reason: 'amount_below_order' },
    });
  });
});

describe('accepting a charge', () => {
  it('shows what will happen, and then starts the plan, issues the invoice over what was charged, and says why', async () => {
    const order = await tooLittle();
    const confirm = await olivia.get(urlOf(order, '/accept'));
    expect(confirm.text).toContain('The payer gets a receipt for ₺1,000.00.');
    expect(confirm.text).toContain('That is ₺499.00 less than was ordered.');
    const before = await moneyState(test.db, cast.acme.id, order);
    const accepted = await olivia.follow(await accept(order));
    expect(accepted.text).toContain('The charge counts as paid');
    const now = await moneyState(test.db, cast.acme.id, order);
    expect(now.payment).toMatchObject({
      status: 'success',
      review_reason: null,
      charged_minor: 100_000,
      decided_at: before.payment.decided_at,
      payment_type: 'card',
    });
    expect(now.subscription.plan).toBe('team');
    expect(now.invoices).toMatchObject([{ total_minor: 100_000 }]);
    expect((await test.mails()).map(({ to }) => to)).toEqual([cast.alice.email]);
    const rows = (await auditOf(test.db, cast.acme.id)).slice(before.actions.length);
    const byStaff = rows.filter((row) => row.actor_type === 'operator');
    expect(byStaff.map(({ action_type, user_id }) => [action_type, user_id])).toEqual(
      [
        'payment_status_asked',
        'subscription_change',
        'invoice_issued',
        'payment_accepted',
        'operator_company_viewed',
      ].map((action) => [action, cast.olivia.id]),
    );
    expect(byStaff[3]?.details).toMatchObject({
      note: NOTE,
      review_reason: 'amount_below_order',
      charged_minor: 100_000,
      is_against_rules: false,
      gateway_answer: { payment_total_minor: 100_000, currency: 'TRY' },
    });
    expect(await notify(test.app, gateway.sandbox.callbackBody(order))).toMatchObject({ text: 'OK' });
    expect((await moneyState(test.db, cast.acme.id, order)).invoices).toHaveLength(1);
  });

  it('twice at once, or beside a refund, comes to one', async () => {
    const order = await tooLittle();
    const answers = await Promise.all([accept(order), accept(order), accept(order)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422]);
    expect((await moneyState(test.db, cast.acme.id, order)).invoices).toHaveLength(1);
    const other = await tooLittle();
    await olivia.post(`/admin/finance/payments/${other}/refunds`, {
      ...{ extent: 'full', policy: 'goodwill', reason: 'Wrong amount', paidTime: 'stays' },
    });
    const refused = await accept(other);
    expect([refused.status, refused.text.includes('A refund of this payment is not finished')]).toEqual([
      422,
      true,
    ]);
  });

  it('needs a reason', async () => {
    const order = await tooLittle();
    const page = await olivia.post(urlOf(order, '/accept'), { note: ' ' });
    expect(page.status).toBe(422);
    expect(page.text).toContain('Say why');
    expect((await moneyState(test.db, cast.acme.id, order)).payment.status).toBe('review');
  });

  it('needs PayTR’s word: not when it is silent, knows nothing, or names another amount, currency or test', async () => {
    const inReview = { status: 'review', review_reason: 'currency_mismatch', charged_minor: 149_900 };
    const order = {
      company_id: cast.acme.id,
      user_id: cast.alice.id,
      decided_at: new Date(),
      test_mode: true,
      ...inReview,
    };
    const { merchant_oid: unknown } = await buildPayment(test.db, order);
    const none = await accept(unknown);
    expect([none.status, none.text.includes('it knows no successful payment')]).toEqual([422, true]);
    const answer = (await gateway.paytr.queryStatus(await paid())) as object;
    const { queryStatus } = gateway.paytr;
    for (const [change, text] of [
      [{ ok: false, reason: 'timeout', gatewayMessage: 'late' }, 'there was no usable answer (late)'],
      [{ currency: 'USD' }, 'it was charged in USD'],
      [{ paymentTotalMinor: 100 }, 'it charged ₺1.00'],
      [{ returns: '[{}]', returned: null }, 'a part of it was given back'],
    ] as const) {
      gateway.paytr.queryStatus = () => Promise.resolve({ ...answer, ...change } as never);
      const page = await accept(unknown);
      gateway.paytr.queryStatus = queryStatus;
      expect(page.status).toBe(422);
      expect(page.text).toContain(text);
      expect(page.text).toContain(NOTE);
    }
    expect((await moneyState(test.db, cast.acme.id, unknown)).payment.status).toBe('review');
  });

  it('of a smaller plan waits for the larger one to end, and an upgrade ahead is against the rules but possible', async () => {
    const small = await buildPayment(test.db, {
      ...{ company_id: cast.acme.id, user_id: cast.alice.id, plan: 'starter', amount_minor: 49_900 },
      superseded_at: new Date(),
    });
    await paid();
    const late = signedCallback({ merchant_oid: small.merchant_oid, total_amount: '49900' });
    await notify(test.app, late);
    const page = await olivia.get(urlOf(small.merchant_oid));
    expect(page.text).toContain('It can be accepted from');
    expect((await olivia.get(urlOf(small.merchant_oid, '/accept'))).status).toBe(303);
    const refused = await accept(small.merchant_oid);
    expect([refused.status, refused.text.includes('It cannot be accepted: Time of another plan')]).toEqual([
      422,
      true,
    ]);
    await test
      .db('subscriptions')
      .where('company_id', cast.acme.id)
      .update({ period_ends_at: new Date(Date.now() + 70 * 86_400_000) });
    const ahead = await paid({ plan: 'enterprise', amount_minor: 499_900 });
    expect((await olivia.get(urlOf(ahead, '/accept'))).text).toContain('would not allow this now');
    expect((await accept(ahead)).status).toBe(303);
    const row = (await auditOf(test.db, cast.acme.id)).find(
      (each) => each.action_type === 'payment_accepted',
    );
    expect(row?.details).toMatchObject({ is_against_rules: true, review_reason: 'upgrade_ahead' });
    expect((await moneyState(test.db, cast.acme.id, ahead)).subscription.plan).toBe('enterprise');
  });

  it('of a test payment is not offered', async () => {
    const order = await paid({ test_mode: false });
    const page = await olivia.get(urlOf(order));
    expect(page.text).toContain('A test payment cannot be accepted');
    expect((await accept(order)).status).toBe(422);
  });
});

describe('giving a charge in review back', () => {
  it('from the desk lets it leave the desk', async () => {
    const order = await tooLittle();
    // The smaller plan that was paid ahead runs by now.
    const day = (days: number): Date => new Date(Date.now() + days * 86_400_000);
    const ahead = { next_plan: 'starter', next_period_ends_at: new Date('2039-05-06T10:00:00Z') };
    const began = {
      plan: 'team',
      trial_ends_at: day(-90),
      period_started_at: day(-31),
      period_ends_at: day(-1),
    };
    await test
      .db('subscriptions')
      .where('company_id', cast.acme.id)
      .update({ ...began, ...ahead });
    expect((await olivia.get(urlOf(order))).text).toMatch(/<dd>Starter<\/dd>[\s\S]+<dd>6 May 2039/);
    const wish = { extent: 'full', policy: 'not_as_ordered', reason: 'Too little', paidTime: 'stays' };
    const asked = await olivia.post(`/admin/finance/payments/${order}/refunds`, wish);
    await olivia.post(`${String(asked.headers.location)}/confirm`);
    expect(givenBack(gateway, order)).toHaveLength(1);
    expect((await olivia.get('/admin/finance/review')).text).not.toContain(order);
    expect((await olivia.get(urlOf(order))).text).toContain('This payment is not in review any more');
    const alice = await signIn(test.app, cast.alice);
    expect((await alice.get('/billing')).text).toContain('Given back');
    expect((await alice.get(`/billing/checkout/${order}`)).text).toContain('This payment was given back');
  });

  it('in PayTR’s panel is found, and a person closes it', async () => {
    const order = await tooLittle();
    const early = await olivia.post(urlOf(order, '/close'), { note: 'All gone' });
    expect([early.status, early.text.includes('Some of it has not been given back')]).toEqual([422, true]);
    gateway.sandbox.refundInPanel(order, 100_000);
    await olivia.post(`/admin/finance/payments/${order}/ask`);
    expect((await olivia.get(urlOf(order))).text).toContain('Close as given back');
    const closed = await olivia.follow(await olivia.post(urlOf(order, '/close'), { note: 'All gone' }));
    expect(closed.text).toContain('The payment has left the review.');
    expect((await moneyState(test.db, cast.acme.id, order)).payment.status).toBe('refunded');
    expect((await auditOf(test.db, cast.acme.id)).at(-1)).toMatchObject({
      action_type: 'payment_returned',
      actor_type: 'operator',
      details: { note: 'All gone', returned_minor: 100_000 },
    });
  });
});

it('is evidence: what was written at the desk is neither changed nor deleted', async () => {
  const order = await tooLittle();
  await olivia.post(urlOf(order, '/note'), { note: 'Waiting' });
  for (const table of ['payment_reviews', 'payment_status_answers']) {
    await expect(test.db(table).update({ payment_id: 1 })).rejects.toThrow('permission denied');
    await expect(test.db(table).delete()).rejects.toThrow('permission denied');
  }
});

describe('a charge in another currency than its order', () => {
  const inEuros = (): Promise<string> =>
    chargeAndSettle(
      test.app,
      test.db,
      gateway,
      { company_id: cast.acme.id, user_id: cast.alice.id },
      {},
      'EUR',
    );
  const month = { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };

  it('is shown, summed and given back in its own', async () => {
    const before = await readMoneyTotals(test.db, month);
    const chargedIn = (totals: typeof before, currency: string): number =>
      totals.find((row) => row.currency === currency)?.charged.minor ?? 0;
    const order = await inEuros();
    expect((await moneyState(test.db, cast.acme.id, order)).payment).toMatchObject({
      ...{ review_reason: 'currency_mismatch', charged_minor: 149_900 },
      ...{ currency: 'TRY', charged_currency: 'EUR' },
    });
    for (const path of [urlOf(order), '/admin/finance/review', `/admin/finance/payments/${order}`])
      expect((await olivia.get(path)).text).toContain('€1,499.00');
    const totals = await readMoneyTotals(test.db, month);
    expect(chargedIn(totals, 'EUR') - chargedIn(before, 'EUR')).toBe(149_900);
    expect(chargedIn(totals, 'TRY')).toBe(chargedIn(before, 'TRY'));
    const wish = { extent: 'full', amount: '', policy: 'goodwill', reason: 'Wrong', paidTime: 'stays' };
    await olivia.post(`/admin/finance/payments/${order}/refunds`, wish);
    const refund = await test
      .db('refunds')
      .where('company_id', cast.acme.id)
      .first<{ id: number; currency: string } | undefined>('id', 'currency');
    expect(refund?.currency).toBe('EUR');
  });

  it('that the product has no prices in counts as unknown, so that nothing is summed or given back wrongly', async () => {
    const { merchant_oid } = await buildPayment(test.db, {
      ...{ company_id: cast.acme.id, user_id: cast.alice.id, test_mode: true },
    });
    await notify(test.app, signedCallback({ merchant_oid, total_amount: '149900', currency: 'GBP' }));
    expect((await moneyState(test.db, cast.acme.id, merchant_oid)).payment).toMatchObject({
      ...{ status: 'review', review_reason: 'currency_mismatch' },
      ...{ charged_minor: null, charged_currency: null },
    });
  });

  it('is taken as confirmed when PayTR names the currency of the order after all', async () => {
    const order = await paid({}, { total_amount: '100000' });
    await test.db('payments').where('merchant_oid', order).update({ charged_currency: 'EUR' });
    expect((await accept(order)).status).toBe(303);
    expect((await moneyState(test.db, cast.acme.id, order)).payment).toMatchObject({
      ...{ status: 'success', charged_currency: 'TRY' },
    });
  });
});
