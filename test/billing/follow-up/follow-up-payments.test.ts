import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { followUpPayments } from '../../../src/billing/follow-up/follow-up-payments.ts';
import type { Paytr } from '../../../src/billing/paytr/paytr.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { startFakePaytr, signedCallback, type FakePaytr } from '../../support/fake-paytr.ts';
import { buildBuyer, orderPlan } from '../order.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { GOOD_CARD, submit } from '../../support/sandbox-checkout.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { buildPaidPayment, readBundle } from '../../evidence/support.ts';
import { auditOf, contextAt, notify } from '../scene.ts';

let gateway: FakePaytr;
let test: TestApp;
let cast: Cast;
let alice: Visitor;

beforeAll(async () => {
  gateway = await startFakePaytr({ testMode: false });
  test = await createTestApp({ env: { PAYTR_BASE_URL: gateway.url }, deps: { paytr: gateway.paytr } });
});
afterAll(async () => {
  await test.close();
  await gateway.close();
});
beforeEach(async () => {
  // Payments of other tests are not followed up again.
  await test.db('payment_follow_ups').update({ due_at: null });
  cast = await buildCast(test.db);
  await buildBuyer(test.db, cast.acme.id);
  alice = await signIn(test.app, cast.alice);
  await test.forgetMails();
});

/** Orders by the pages, and pays at the sandbox. Returns the order number. */
async function buy(): Promise<string> {
  await orderPlan(alice);
  const order = await test
    .db('payments')
    .where('company_id', cast.acme.id)
    .orderBy('id', 'desc')
    .first<{ merchant_oid: string; gateway_token: string; amount_minor: number }>();
  const { location } = await submit(`${gateway.url}/odeme/guvenli/${order.gateway_token}`, GOOD_CARD);
  await submit(gateway.url + location, { outcome: 'approve' });
  const body = signedCallback({
    merchant_oid: order.merchant_oid,
    total_amount: String(order.amount_minor),
  });
  expect((await notify(test.app, body)).text).toBe('OK');
  return order.merchant_oid;
}

const run = (at = new Date(), paytr: Partial<Paytr> = {}): ReturnType<typeof followUpPayments> =>
  followUpPayments(test.db, contextAt(at), {
    paytr: { ...gateway.paytr, ...paytr },
    config: test.config,
  });
const followUps = () =>
  test
    .db('payment_follow_ups')
    .join('payments', 'payments.id', 'payment_follow_ups.payment_id')
    .where('payments.company_id', cast.acme.id)
    .select('payment_follow_ups.*');
const cards = () =>
  test
    .db('payment_card_facts')
    .join('payments', 'payments.id', 'payment_card_facts.payment_id')
    .where('payments.company_id', cast.acme.id)
    .select('payment_card_facts.*');

describe('after a payment', () => {
  it('the buyer gets a mail with every word that was accepted, once', async () => {
    const oid = await buy();
    expect((await test.mails()).map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^Receipt YAC/) as string,
    ]);
    expect(await run()).toEqual({ mailed: 1, asked: 1, unanswered: 0, broken: 0 });
    expect(await run()).toEqual({ mailed: 0, asked: 0, unanswered: 0, broken: 0 });
    const mails = (await test.mails()).filter(({ subject }) => subject.startsWith('Your order terms'));
    expect(mails).toHaveLength(1);
    const consent = await test
      .db('order_consents')
      .where('company_id', cast.acme.id)
      .first<{ terms_text: string; text_sha256: string }>();
    const text = mails[0]!.text.replaceAll('\r\n', '\n');
    expect(mails[0]!.to).toBe(cast.alice.email);
    expect(text).toContain(consent.terms_text);
    expect(text).toContain(consent.text_sha256);
    expect(text).toContain(oid);
  });

  it('the gateway’s word on the card is kept, without a card number, audited, and shown to the company and to staff', async () => {
    const oid = await buy();
    await run();
    const [card] = await cards();
    expect(card).toMatchObject({
      masked_pan: '435508AAA4358',
      card_brand: 'AXESS',
      card_bank: 'Akbank',
      card_scheme: 'VISA',
      card_type: 'credit',
      installment_count: 0,
      payment_type: 'KART',
      three_d: null,
    });
    expect(Number(card.fee_minor) + Number(card.net_minor)).toBe(149_900);
    expect(JSON.stringify(card)).not.toContain('4355084355084358');
    const row = (await auditOf(test.db, cast.acme.id)).find(
      ({ action_type }) => action_type === 'payment_card_reported',
    );
    expect(row).toMatchObject({
      actor_type: 'system',
      user_id: cast.alice.id,
      details: { merchant_oid: oid, card_brand: 'AXESS', card_bank: 'Akbank', installment_count: 0 },
    });
    const { id } = await test.db('invoices').where('company_id', cast.acme.id).first('id');
    const olivia = await signIn(test.app, cast.olivia);
    for (const visitor of [alice, olivia]) {
      const page = (await visitor.get(`/billing/invoices/${String(id)}`)).text;
      expect(page).toContain('435508••••••4358');
      expect(page).toContain('Akbank');
      expect(page).toContain(`href="/billing/invoices/${String(id)}/terms"`);
    }
  });

  it('an order without accepted texts, from before they were kept, gets its card and no mail', async () => {
    const payment = await buildPayment(test.db, { company_id: cast.acme.id, user_id: cast.alice.id });
    const total_amount = String(payment.amount_minor);
    await notify(test.app, signedCallback({ merchant_oid: payment.merchant_oid, total_amount }));
    const answer = await gateway.paytr.queryStatus('nothing');
    expect(answer.ok).toBe(false);
    const said = { ok: true, paymentAmountMinor: 1, paymentTotalMinor: 1, currency: 'TRY', testMode: false };
    const details = { bank: null, installmentCount: null, paymentType: null, feeMinor: null, netMinor: null };
    const queryStatus = (): ReturnType<Paytr['queryStatus']> =>
      Promise.resolve({ ...said, ok: true, details: { ...details, threeD: { md_status: '1' } }, raw: '{}' });
    expect(await run(new Date(), { queryStatus })).toEqual({ mailed: 0, asked: 1, unanswered: 0, broken: 0 });
    expect(await cards()).toMatchObject([{ masked_pan: null, card_bank: null, three_d: { md_status: '1' } }]);
  });
});

describe('while the gateway does not answer', () => {
  const silent: Paytr['queryStatus'] = () =>
    Promise.resolve({ ok: false, reason: 'timeout', gatewayMessage: 'No answer' });

  it('it is asked ever more seldom and given up after two days; the mail goes all the same', async () => {
    await buy();
    let at = new Date();
    const pauses: number[] = [];
    expect(await run(at, { queryStatus: silent })).toEqual({ mailed: 1, asked: 0, unanswered: 1, broken: 0 });
    for (
      let due = (await followUps())[0].due_at as Date | null;
      due !== null;
      due = (await followUps())[0].due_at
    ) {
      pauses.push(Math.round((due.getTime() - at.getTime()) / 60_000));
      at = due;
      await run(at, { queryStatus: silent });
    }
    expect(pauses.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360]);
    expect(pauses).toHaveLength(15);
    expect(await followUps()).toMatchObject([{ asks_failed: 16, ask_problem: 'timeout: No answer' }]);
    expect(await cards()).toEqual([]);
  });

  it('nothing is kept by halves: a bank that cannot be asked is asked about again', async () => {
    await buy();
    const queryBin: Paytr['queryBin'] = () =>
      Promise.resolve({ ok: false, reason: 'unreachable', gatewayMessage: 'down' });
    expect(await run(new Date(), { queryBin })).toMatchObject({ unanswered: 1 });
    expect(await cards()).toEqual([]);
    const unknown: Paytr['queryBin'] = () =>
      Promise.resolve({ ok: false, reason: 'unknown', gatewayMessage: '{"status":"failed"}' });
    expect(await run(new Date(Date.now() + 3_600_000), { queryBin: unknown })).toMatchObject({ asked: 1 });
    expect(await cards()).toMatchObject([{ masked_pan: '435508AAA4358', card_bank: null }]);
  });

  it('two processes at once send one mail and keep one answer', async () => {
    await buy();
    await Promise.all([run(), run(), run()]);
    expect(await cards()).toHaveLength(1);
    const subjects = (await test.mails()).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.startsWith('Your order terms'))).toHaveLength(1);
    const actions = (await auditOf(test.db, cast.acme.id)).map(({ action_type }) => action_type);
    expect(actions.filter((action) => action === 'payment_card_reported')).toHaveLength(1);
  });
});

describe('the accepted texts of an invoice', () => {
  it('are a page and a file for the company’s admins and for staff, and nobody else’s', async () => {
    await buy();
    const consent = await test.db('order_consents').where('company_id', cast.acme.id).first();
    const { id } = await test.db('invoices').where('company_id', cast.acme.id).first('id');
    const path = `/billing/invoices/${String(id)}/terms`;
    const olivia = await signIn(test.app, cast.olivia);
    for (const visitor of [alice, olivia]) {
      const page = await visitor.get(path);
      expect(page.status).toBe(200);
      expect(page.text).toContain(consent.terms_html);
      expect(page.text).toContain(consent.text_sha256);
      expect(page.text).toContain(consent.button);
      expect((await visitor.get(`${path}.txt`)).text).toBe(consent.terms_text);
    }
    const looks = (await auditOf(test.db, cast.acme.id)).filter(
      ({ action_type }) => action_type === 'operator_company_viewed',
    );
    expect(looks.length).toBeGreaterThan(0);
    for (const address of [path, `${path}.txt`]) {
      expect((await (await signIn(test.app, cast.charlie)).get(address)).status).toBe(404);
      expect((await (await signIn(test.app, cast.bob)).get(address)).status).toBe(403);
    }
    expect((await alice.get('/billing/invoices/999999/terms')).status).toBe(404);
  });

  it('are in the bundle with their hash and the card; a colleague’s bundle lacks address and browser', async () => {
    await buy();
    await run();
    const consent = await test.db('order_consents').where('company_id', cast.acme.id).first();
    const [own] = (await readBundle(test.db, cast.alice, cast.alice)).payments;
    expect(own!.terms).toMatchObject({
      text: consent.terms_text,
      text_sha256: consent.text_sha256,
      customer_type: 'company',
      ip_address: '127.0.0.1',
      browser_session: consent.browser_session,
    });
    expect(own!.card).toMatchObject({ masked_pan: '435508AAA4358', card_bank: 'Akbank' });
    const [colleagues] = (await readBundle(test.db, cast.alice, cast.bob)).payments;
    expect(colleagues!.terms).toMatchObject({
      text_sha256: consent.text_sha256,
      ip_address: null,
      user_agent: null,
      browser_session: null,
    });
  });

  it('are in the journey of the person among the acceptances', async () => {
    await buy();
    const page = await alice.get(`/admin/users/${String(cast.alice.id)}/journey?kind=acceptances`);
    expect(page.text).toContain('accepted the texts of an order of ₺1,499.00 for Professional');
  });

  // The last one: this invoice has a number that the counter has not given.
  it('say of an order from before that nothing was kept', async () => {
    const { id: old } = await buildPaidPayment(test.db, cast.alice, {}, { hasTerms: false });
    const { id } = await test.db('invoices').where('payment_id', old).first('id');
    const page = await alice.get(`/billing/invoices/${String(id)}/terms`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('before order terms were kept');
    expect((await alice.get(`/billing/invoices/${String(id)}/terms.txt`)).status).toBe(404);
  });
});
