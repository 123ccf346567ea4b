import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPaytrSandbox, listenNearPort } from '../../scripts/paytr-sandbox/server.ts';
import { FAKE_STORE, startFakePaytr, type FakePaytr } from '../support/fake-paytr.ts';
import {
  OK,
  payByForm,
  placeOrder,
  startFakeMerchant,
  submit,
  visit,
  type FakeMerchant,
  type MerchantAnswer,
} from '../support/sandbox-checkout.ts';

let now: Date;
let fake: FakePaytr;
let merchant: FakeMerchant;

beforeEach(async () => {
  now = new Date('2026-03-01T09:00:00Z');
  merchant = await startFakeMerchant();
  fake = await startFakePaytr({ callbackUrl: merchant.url, clock: () => now });
});
afterEach(async () => {
  await fake.close();
  merchant.close();
});

describe('the notification', () => {
  it.each<[string, MerchantAnswer]>([
    ['a space before', { status: 200, body: ' OK' }],
    ['a newline after', { status: 200, body: 'OK\n' }],
    ['a byte order mark', { status: 200, body: Buffer.from('\uFEFFOK') }],
    ['quotes', { status: 200, body: '"OK"' }],
    ['small letters', { status: 200, body: 'ok' }],
    ['a page', { status: 200, body: '<p>OK</p>' }],
    ['nothing', { status: 200, body: '' }],
    ['a fault', { status: 500, body: 'OK' }],
    ['a redirect', { status: 302, body: 'OK' }],
  ])('is repeated each minute after %s, until exactly OK', async (_name, answer) => {
    merchant.answer = answer;
    const { merchantOid } = await placeOrder(fake);
    const first = await fake.sandbox.payNow(merchantOid, 'approve');
    expect(first).toMatchObject({ acknowledged: false, status: answer.status, body: String(answer.body) });
    await later(59);
    expect(merchant.received).toHaveLength(1);
    await later(1);
    expect(merchant.received).toHaveLength(2);
    merchant.answer = OK;
    await later(60);
    await later(600);
    expect(merchant.received).toHaveLength(3);
  });

  it('is repeated when nobody listens, and when no address is registered', async () => {
    const { merchantOid } = await placeOrder(fake);
    fake.setCallbackUrl('');
    expect(await fake.sandbox.payNow(merchantOid, 'approve')).toMatchObject({
      status: null,
      acknowledged: false,
    });
    fake.setCallbackUrl(merchant.url);
    await later(60);
    expect(merchant.received).toHaveLength(1);
  });

  it('can be sent again by hand after OK', async () => {
    const { merchantOid } = await payByForm(fake, 'approve');
    await fake.sandbox.deliver(merchantOid);
    await submit(`${fake.url}/islem/${merchantOid}/tekrar`, {});
    expect(merchant.received).toHaveLength(3);
    expect(await fake.sandbox.deliverAll()).toEqual([]);
  });

  it('shows in the panel with its attempts and the last answer', async () => {
    merchant.answer = { status: 500, body: '<b>broken</b>' };
    const { merchantOid } = await payByForm(fake, 'approve');
    const panel = await visit(fake.url);
    expect(panel.text).toContain(merchantOid);
    expect(panel.text).toContain('In progress');
    expect(panel.text).toContain('&lt;b&gt;broken&lt;/b&gt;');
    merchant.answer = OK;
    await fake.sandbox.deliverAll();
    expect((await visit(fake.url)).text).toContain('Successful');
  });
});

describe('the status query', () => {
  it('tells what was paid', async () => {
    const { merchantOid } = await payByForm(fake, 'approve');
    expect(await fake.paytr.queryStatus(merchantOid)).toMatchObject({
      ok: true,
      paymentAmountMinor: 12050,
      paymentTotalMinor: 12050,
      currency: 'TRY',
      testMode: true,
      maskedPan: '435508AAA4358',
      paymentDate: '2026-03-01 12:00:00',
    });
  });

  it('tells neither a pending, a refused nor an unknown payment apart', async () => {
    const none = { ok: false, reason: 'no-successful-payment' };
    expect(await fake.paytr.queryStatus((await placeOrder(fake)).merchantOid)).toMatchObject(none);
    expect(await fake.paytr.queryStatus((await payByForm(fake, 'wrong-code')).merchantOid)).toMatchObject(
      none,
    );
    expect(await fake.paytr.queryStatus('NOBODY')).toMatchObject(none);
  });

  it.each([
    [{ merchant_id: '654321' }, '001'],
    [{ merchant_oid: '' }, '002'],
    [{ paytr_token: 'wrong' }, '003'],
  ])('refuses %j with %s', async (fields, err_no) => {
    const sent = { merchant_id: FAKE_STORE.merchantId, merchant_oid: 'A1', ...fields };
    const response = await fetch(`${fake.url}/odeme/durum-sorgu`, {
      method: 'POST',
      body: new URLSearchParams(sent),
    });
    expect(await response.json()).toMatchObject({ status: 'error', err_no });
  });
});

it('takes another port, and says so, when its own is taken', async () => {
  const port = Number(new URL(fake.url).port);
  const second = await listenNearPort(createPaytrSandbox({ ...FAKE_STORE, callbackUrl: '' }), port);
  expect(second.moved).toBe(true);
  expect((await visit(second.url)).status).toBe(200);
  await second.close();
});

async function later(seconds: number): Promise<void> {
  now = new Date(now.getTime() + seconds * 1000);
  await fake.sandbox.tick();
}
