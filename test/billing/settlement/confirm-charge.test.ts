import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { followUpPayments } from '../../../src/billing/follow-up/follow-up-payments.ts';
import { createPaytr, type ChargedAnswer, type Paytr } from '../../../src/billing/paytr/paytr.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { FAKE_STORE, signedCallback, startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { buildCompany, buildPayment, buildUser } from '../../support/programs/build.ts';
import { GOOD_CARD, submit } from '../../support/sandbox-checkout.ts';
import { auditOf, contextAt, moneyState, notify } from '../scene.ts';
import { newSigningKey } from '../../support/programs/signing-key.ts';

let gateway: FakePaytr;
let test: TestApp;
/** The gateway's answer to the app's question. */
let queryStatus: Paytr['queryStatus'];
let asked: string[];
let companyId: number;
let userId: number;

beforeAll(async () => {
  gateway = await startFakePaytr({ testMode: false });
  test = await createTestApp({
    deps: {
      paytr: {
        ...gateway.paytr,
        queryStatus: (merchantOid) => {
          asked.push(merchantOid);
          return queryStatus(merchantOid);
        },
      },
    },
    env: {
      NODE_ENV: 'production',
      WORKSPACE_RUNTIME: 'external',
      BASE_URL: 'https://shop.invalid',
      PAYTR_BASE_URL: 'https://gateway.invalid',
      PAYTR_USER_IP_OVERRIDE: '',
      PAYTR_MERCHANT_KEY: 'kProd7Yq2Lw9Rx4B',
      PAYTR_MERCHANT_SALT: 'sProd3Nf8Ua5Vc1Z',
      SESSION_SECRET: 'q7Vd0mKp3xZr8Lw1Yt6Hn4Bs9Gf2Jc5A',
      SELLER_ADDRESS: 'Example Street 1, Ankara',
      LOG_SIGNING_KEYS: newSigningKey(),
      SELLER_PHONE: '+90 312 000 00 00',
      SELLER_EMAIL: 'billing@shop.invalid',
    },
  });
});
afterAll(async () => {
  await test.close();
  await gateway.close();
});
beforeEach(async () => {
  asked = [];
  queryStatus = gateway.paytr.queryStatus;
  companyId = (await buildCompany(test.db)).id;
  userId = (await buildUser(test.db, { company_id: companyId, role: 'admin' })).id;
});

/** An order of 1,499.00 liras that was paid at the sandbox; the gateway has not notified it yet. */
async function pay(): Promise<string> {
  const { merchant_oid } = await buildPayment(test.db, { company_id: companyId, user_id: userId });
  const answer = await gateway.paytr.requestToken({
    ...{ merchantOid: merchant_oid, userIp: '203.0.113.10', email: 'ada@example.com', userName: 'Ada' },
    ...{ userAddress: 'A street', userPhone: '+90', amountMinor: 149_900, currency: 'TRY', locale: 'tr' },
    basket: [{ name: 'Team', unitPriceMinor: 149_900, quantity: 1 }],
    ...{ okUrl: 'https://shop.invalid/ok', failUrl: 'https://shop.invalid/fail', timeoutMinutes: 30 },
  });
  if (!answer.ok) throw new Error(answer.gatewayMessage);
  const { location } = await submit(`${gateway.url}/odeme/guvenli/${answer.token}`, GOOD_CARD);
  await submit(gateway.url + location, { outcome: 'approve' });
  return merchant_oid;
}

const report = (merchantOid: string, unsigned: Record<string, string | undefined> = {}) =>
  notify(test.app, signedCallback({ merchant_oid: merchantOid, total_amount: '149900' }, unsigned));
const state = (merchantOid: string) => moneyState(test.db, companyId, merchantOid);

/** The sandbox's answer with other values. */
function answering(change: Partial<ChargedAnswer>): Paytr['queryStatus'] {
  return async (merchantOid) => {
    const answer = await gateway.paytr.queryStatus(merchantOid);
    if (!answer.ok) throw new Error(answer.gatewayMessage);
    return { ...answer, ...change };
  };
}

describe('a charge that is notified in production', () => {
  it('opens the order when the gateway, asked, says the same, and the trail says that it was confirmed', async () => {
    const oid = await pay();
    const response = await report(oid);
    expect([response.status, response.text]).toEqual([200, 'OK']);
    expect(asked).toEqual([oid]);
    expect(await state(oid)).toMatchObject({
      payment: { status: 'success', charged_minor: 149_900 },
      subscription: { plan: 'team' },
      callbacks: [{ outcome: 'paid' }],
    });
    const row = (await auditOf(test.db, companyId)).find(
      ({ action_type }) => action_type === 'payment_callback_success',
    );
    expect(row?.details).toMatchObject({
      confirmed: true,
      currency_reported: 'TRY',
      payment_amount_reported_minor: 149_900,
    });
  });

  it('is decided by the answer where the notification says otherwise in what is not signed', async () => {
    const oid = await pay();
    const unsigned = { currency: 'USD', payment_amount: '1', test_mode: '1' };
    expect((await report(oid, unsigned)).text).toBe('OK');
    expect((await state(oid)).payment.status).toBe('success');
  });

  it.each([
    ['another currency', { currency: 'USD' }, 'currency_mismatch'],
    ['a test payment', { testMode: true }, 'test_payment'],
    ['another amount of the order', { paymentAmountMinor: 100 }, 'amounts_differ'],
    ['another total', { paymentTotalMinor: 149_901 }, 'amounts_differ'],
    ['money given back', { returns: '[{"return_amount":"1499.00"}]' }, 'refunded'],
  ])('waits for a person when the answer names %s', async (_what, change, reason) => {
    const oid = await pay();
    queryStatus = answering(change);
    expect((await report(oid)).text).toBe('OK');
    const now = await state(oid);
    expect(now.payment).toMatchObject({ status: 'review', review_reason: reason });
    expect(now.subscription.period_ends_at).toBeNull();
    expect(now.invoices).toEqual([]);
  });

  it('changes nothing while the gateway cannot be asked, is answered 503, and opens the order when it comes again', async () => {
    const silent = createServer();
    await new Promise<void>((done) => silent.listen(0, done));
    const silentUrl = `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}`;
    const clientOf = (change: object): Paytr =>
      createPaytr({ ...FAKE_STORE, baseUrl: gateway.url, testMode: false, timeoutSeconds: 0.2, ...change });
    const oid = await pay();
    for (const [problem, paytr] of [
      ['timeout', clientOf({ baseUrl: silentUrl })],
      ['unreachable', clientOf({ baseUrl: 'http://127.0.0.1:9' })],
      ['refused: 003', clientOf({ merchantKey: 'another key' })],
    ] as const) {
      queryStatus = paytr.queryStatus;
      const response = await report(oid);
      expect([response.status, response.text], problem).toEqual([503, 'try again later']);
      const now = await state(oid);
      expect(now.payment.status, problem).toBe('pending');
      expect(now.payment['ask_problem'], problem).toContain(problem);
      expect([now.callbacks, now.invoices, now.subscription.period_ends_at]).toEqual([[], [], null]);
    }
    queryStatus = gateway.paytr.queryStatus;
    expect((await report(oid)).text).toBe('OK');
    expect((await state(oid)).payment.status).toBe('success');
    silent.close();
  });

  it('opens nothing when the gateway knows of no such payment', async () => {
    const { merchant_oid: oid } = await buildPayment(test.db, { company_id: companyId, user_id: userId });
    expect((await report(oid)).status).toBe(503);
    expect((await state(oid)).payment.status).toBe('pending');
  });

  it('is asked about with no transaction open', async () => {
    const oid = await pay();
    let open: unknown;
    queryStatus = async (merchantOid) => {
      open = await test.database
        .ownerDb('pg_stat_activity')
        .whereRaw(`datname = current_database() and state = 'idle in transaction'`)
        .pluck('query');
      return gateway.paytr.queryStatus(merchantOid);
    };
    await report(oid);
    expect(open).toEqual([]);
  });

  it('opens the order once when it comes eight times at once', async () => {
    const oid = await pay();
    const answers = await Promise.all(Array.from({ length: 8 }, () => report(oid)));
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 8 }, () => 'OK'));
    const now = await state(oid);
    expect(now.invoices).toHaveLength(1);
    expect(now.actions.filter((action) => action === 'payment_callback_success')).toHaveLength(1);
  });

  it('is not asked about again when it is repeated, and neither is one that failed', async () => {
    const oid = await pay();
    await report(oid);
    await report(oid);
    expect(asked).toEqual([oid]);
    const { merchant_oid } = await buildPayment(test.db, { company_id: companyId, user_id: userId });
    await notify(test.app, signedCallback({ merchant_oid, total_amount: '0', status: 'failed' }));
    expect(asked).toEqual([oid]);
    expect((await state(merchant_oid)).payment.status).toBe('failed');
  });

  it('gives the follow-up the card of the same answer, which is asked for once and forgotten then', async () => {
    await test.db('payment_follow_ups').update({ due_at: null });
    const oid = await pay();
    queryStatus = answering({ maskedPan: '435508AAA0001' });
    await report(oid);
    queryStatus = () => Promise.reject(new Error('asked twice'));
    const parts = { paytr: { ...gateway.paytr, queryStatus }, config: test.config };
    expect(await followUpPayments(test.db, contextAt(new Date()), parts)).toMatchObject({ asked: 1 });
    const { id } = await test.db('payments').where('merchant_oid', oid).first<{ id: number }>('id');
    expect(await test.db('payment_card_facts').where('payment_id', id).pluck('masked_pan')).toEqual([
      '435508AAA0001',
    ]);
    expect(await test.db('payment_follow_ups').where('payment_id', id).pluck('answer')).toEqual([null]);
  });
});
