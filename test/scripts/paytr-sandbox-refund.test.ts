import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tokenRequestFields } from '../../src/billing/paytr/token.ts';
import { paytrSignature } from '../../src/billing/paytr/signature.ts';
import { FAKE_STORE, startFakePaytr, type FakePaytr } from '../support/fake-paytr.ts';
import {
  buildOrder,
  GOOD_CARD,
  OK,
  placeOrder,
  startFakeMerchant,
  submit,
  visit,
  type FakeMerchant,
} from '../support/sandbox-checkout.ts';

// Tokens worked out apart from this program, from PayTR's samples: order SP1042A1X7F3, a refund of 20.50, its
// status.
const VECTOR_OID = 'SP1042A1X7F3';
const REFUND_TOKEN = 'VExup5qJxV7T4ceyUAy340g6JlcB2C0jRzXMdQ1aZIM=';
const STATUS_TOKEN = 'x6WPDxRqxCc2qfmd1vlP7Gi345j6dhAa9JXi/flFNxs=';

const START = new Date('2026-03-01T09:00:00Z');
let now = START;
let fake: FakePaytr;
let merchant: FakeMerchant;

beforeAll(async () => {
  merchant = await startFakeMerchant();
  fake = await startFakePaytr({ callbackUrl: merchant.url, clock: () => now });
});
beforeEach(() => {
  now = START;
  merchant.answer = OK;
});
afterAll(async () => {
  await fake.close();
  merchant.close();
});

describe('a refund', () => {
  it('in part is taken with the token of PayTR’s samples, and the status query lists it', async () => {
    await pay(VECTOR_OID);
    const fields = { merchant_id: '123456', merchant_oid: VECTOR_OID, return_amount: '20.50' };
    expect(await post('/odeme/iade', { ...fields, paytr_token: REFUND_TOKEN, reference_no: 'REF1' })).toEqual(
      {
        status: 'success',
        is_test: 1,
        merchant_oid: VECTOR_OID,
        return_amount: '20.50',
        reference_no: 'REF1',
      },
    );
    const status = { merchant_id: '123456', merchant_oid: VECTOR_OID, paytr_token: STATUS_TOKEN };
    expect(await post('/odeme/durum-sorgu', status)).toMatchObject({
      status: 'success',
      payment_total: '120,5',
      returns: [
        {
          return_amount: '20.50',
          reference_no: 'REF1',
          return_date: '2026-03-01 12:00:00',
          date_completed: '2026-03-01 12:00:00',
        },
      ],
    });
    expect(await fake.paytr.queryStatus(VECTOR_OID)).toMatchObject({
      returns: expect.stringContaining('REF1') as string,
    });
  });

  it.each([
    ['in kuruş', 'OlQFm1GLdAqjxVNvMd6vZzYnOyh8gbv1nuiwiKvhSts='],
    ['without merchant_id', 'omSpe6/CgdGyPFdKG18nOwBO7+Ab1WpJRbFjw5Ie0Ts='],
  ])('signed %s is refused', async (_mistake, paytr_token) => {
    const fields = { merchant_id: '123456', merchant_oid: VECTOR_OID, return_amount: '20.50', paytr_token };
    expect(await post('/odeme/iade', fields)).toMatchObject({ status: 'error', err_no: '004' });
  });

  it('in several parts goes on until all is given back, and never beyond', async () => {
    const oid = await pay();
    expect(await refund(oid, '120.51')).toMatchObject({ status: 'error', err_no: '009' });
    expect(await refund(oid, '2050')).toMatchObject({ status: 'error', err_no: '009' });
    expect(await refund(oid, '100.20')).toEqual({
      status: 'success',
      is_test: 1,
      merchant_oid: oid,
      return_amount: '100.20',
    });
    expect(await refund(oid, '20.31')).toMatchObject({ err_no: '009' });
    expect(await refund(oid, '20.3')).toMatchObject({ status: 'success' });
    expect(await refund(oid, '0.01')).toMatchObject({ err_no: '009' });
    expect(await returnsOf(oid)).toMatchObject([{ return_amount: '100.20' }, { return_amount: '20.30' }]);
  });

  it('may be all of what the payer paid, a surcharge included, in one', async () => {
    const oid = await pay(undefined, { total_amount: '13255' });
    expect(await refund(oid, '132.56')).toMatchObject({ err_no: '009' });
    expect(await refund(oid, '132.55')).toMatchObject({ status: 'success' });
  });

  it('of a live payment is no test', async () => {
    const live = await startFakePaytr({ callbackUrl: merchant.url, testMode: false });
    const { merchantOid } = await placeOrder(live);
    await live.sandbox.payNow(merchantOid, 'approve');
    expect(await post('/odeme/iade', refundFields(merchantOid, '1.00'), live)).toMatchObject({ is_test: 0 });
    await live.close();
  });

  it.each<[Record<string, string>, string]>([
    [{ merchant_id: '654321' }, '001'],
    [{ merchant_id: '' }, '001'],
    [{ merchant_oid: '' }, '002'],
    [{ return_amount: '' }, '003'],
    [{ return_amount: '0.00' }, '003'],
    [{ return_amount: '-1.00' }, '003'],
    [{ return_amount: '20,50' }, '003'],
    [{ return_amount: '20.505' }, '003'],
    [{ return_amount: '1e1' }, '003'],
    [{ return_amount: '9'.repeat(30) }, '003'],
    [{ paytr_token: '' }, '004'],
    [{ paytr_token: 'wrong' }, '004'],
    [{ reference_no: 'REF-1' }, '001'],
    [{ reference_no: 'R'.repeat(65) }, '001'],
  ])('with %j is refused with %s, and nothing is given back', async (change, err_no) => {
    const oid = await pay();
    const fields = refundFields(change['merchant_oid'] ?? oid, change['return_amount'] ?? '20.50');
    expect(await post('/odeme/iade', { ...fields, ...change })).toEqual({
      status: 'error',
      err_no,
      err_msg: expect.stringMatching(/./) as string,
    });
    expect(await returnsOf(oid)).toEqual([]);
  });

  it('of no successful payment is refused, and of one the merchant has not taken note of', async () => {
    expect(await refund('NOBODY', '1.00')).toMatchObject({ err_no: '005' });
    const { merchantOid } = await placeOrder(fake);
    expect(await refund(merchantOid, '1.00')).toMatchObject({ err_no: '005' });
    await fake.sandbox.payNow(merchantOid, 'decline');
    expect(await refund(merchantOid, '1.00')).toMatchObject({ err_no: '005' });
    merchant.answer = { status: 500, body: '' };
    const unnoticed = await pay();
    expect(await refund(unnoticed, '1.00')).toMatchObject({ err_no: '007' });
    merchant.answer = OK;
    await fake.sandbox.deliver(unnoticed);
    expect(await refund(unnoticed, '1.00')).toMatchObject({ status: 'success' });
  });

  it('under the same number twice is made twice, since PayTR recognises no repetition', async () => {
    const oid = await pay();
    const fields = { ...refundFields(oid, '10.00'), reference_no: 'SAME' };
    expect(await post('/odeme/iade', fields)).toMatchObject({ status: 'success' });
    expect(await post('/odeme/iade', fields)).toMatchObject({ status: 'success' });
    expect(await returnsOf(oid)).toMatchObject([{ reference_no: 'SAME' }, { reference_no: 'SAME' }]);
  });

  it.each([
    ['locked', '000'],
    ['refused', '008'],
    ['low-balance', '010'],
  ] as const)('that is to be %s is refused once with %s, and no money moves', async (failure, err_no) => {
    const oid = await pay();
    fake.sandbox.failNextRefund(failure);
    expect(await refund(oid, '1.00')).toMatchObject({ status: 'error', err_no });
    expect(await returnsOf(oid)).toEqual([]);
    expect(await refund(oid, '1.00')).toMatchObject({ status: 'success' });
  });

  it.each([
    ['never answers, and nothing has moved', 'hang', 0],
    ['answers 500, and nothing has moved', '500', 0],
    ['answers a page, and nothing has moved', 'html', 0],
    ['never answers, though the money has moved', 'late', 1],
    ['cuts the connection, though the money has moved', 'lost', 1],
    ['arrives two times, and the money moves two times', 'twice', 2],
  ] as const)('on a bad way %s; the next one is well', async (_name, failure, times) => {
    const oid = await pay();
    fake.sandbox.failNextRefund(failure);
    const body = new URLSearchParams(refundFields(oid, '10.00'));
    await fetch(`${fake.url}/odeme/iade`, { method: 'POST', body, signal: AbortSignal.timeout(300) }).catch(
      () => null,
    );
    expect(await returnsOf(oid)).toHaveLength(times);
    expect(await refund(oid, '10.00')).toMatchObject({ status: 'success' });
  });

  it('is taken for a year', async () => {
    const oid = await pay();
    now = new Date('2027-03-01T09:00:00Z');
    expect(await refund(oid, '1.00')).toMatchObject({ status: 'success' });
    now = new Date('2027-03-01T09:00:01Z');
    expect(await refund(oid, '1.00')).toMatchObject({ err_no: '011' });
  });
});

describe('the panel', () => {
  it('gives money back without a number of the merchant, and lists it', async () => {
    const oid = await pay();
    await refund(oid, '0.50');
    expect(await submit(`${fake.url}/islem/${oid}/iade`, { amount: '20,50' })).toMatchObject({ status: 303 });
    expect(await returnsOf(oid)).toMatchObject([
      { return_amount: '0.50' },
      { return_amount: '20.50', reference_no: '' },
    ]);
    const { text } = await visit(fake.url);
    expect(text).toContain(`action="/islem/${oid}/iade"`);
    expect(text).toMatch(/20\.50 <code>in the panel<\/code>/);
  });

  it.each(['120.51', '0', '', '-1', '1e2', '20.505', '<b>'])(
    'refuses to give back %j, and says so',
    async (amount) => {
      const oid = await pay();
      const answer = await submit(`${fake.url}/islem/${oid}/iade`, { amount });
      expect([answer.status, answer.text.includes('Not given back')]).toEqual([422, true]);
      expect(await returnsOf(oid)).toEqual([]);
    },
  );

  it('refuses an order that nobody has paid, and does not know others', async () => {
    const { merchantOid } = await placeOrder(fake);
    expect((await submit(`${fake.url}/islem/${merchantOid}/iade`, { amount: '1' })).status).toBe(422);
    expect((await submit(`${fake.url}/islem/NOBODY/iade`, { amount: '1' })).status).toBe(303);
  });
});

describe('the instalments of a payment', () => {
  it.each([
    ['1', '0'],
    ['6', '6'],
    ['12', '12'],
  ])('chosen as %s by the payer are told in the callback and as taksit %s', async (chosen, taksit) => {
    const { oid, frameUrl } = await orderInInstalments('0');
    const { location } = await submit(frameUrl, { ...GOOD_CARD, installment_count: chosen });
    await submit(fake.url + location, { outcome: 'approve' });
    expect(merchant.received.at(-1)).toMatchObject({ merchantOid: oid, installmentCount: Number(chosen) });
    expect(await statusOf(oid)).toMatchObject({ taksit });
  });

  it('are those of the notification, when a test says so', async () => {
    const oid = await pay(undefined, { installment_count: '3' });
    expect(await statusOf(oid)).toMatchObject({ taksit: '3' });
  });

  it('are offered as the order allows, and no others are taken', async () => {
    const { frameUrl } = await orderInInstalments('3');
    const page = await visit(frameUrl);
    expect([...page.text.matchAll(/<option value="(\d+)"/g)].map((found) => found[1])).toEqual([
      '1',
      '2',
      '3',
    ]);
    for (const installment_count of ['4', '0', '1.5', 'x']) {
      expect((await submit(frameUrl, { ...GOOD_CARD, installment_count })).status).toBe(422);
    }
    const single = await placeOrder(fake);
    expect((await visit(single.frameUrl)).text).not.toContain('installment_count');
    expect((await submit(single.frameUrl, { ...GOOD_CARD, installment_count: '2' })).status).toBe(422);
  });
});

describe('a multipart body, as PayTR’s own modules send it', () => {
  it('is read by get-token, the status query and the refund', async () => {
    const order = tokenRequestFields(FAKE_STORE, true, buildOrder(fake.paytr));
    const oid = order['merchant_oid'] ?? '';
    expect(await post('/odeme/api/get-token', multipart(order))).toMatchObject({ status: 'success' });
    await fake.sandbox.payNow(oid, 'approve');
    expect(await post('/odeme/iade', multipart(refundFields(oid, '20.50')))).toMatchObject({
      status: 'success',
    });
    expect(await post('/odeme/durum-sorgu', multipart(statusFields(oid)))).toMatchObject({
      status: 'success',
      returns: [{ return_amount: '20.50' }],
    });
    expect(fake.sandbox.transactions().at(-1)?.userName).toBe('Ayşe Yılmaz');
  });

  it('with a field twice, or a file in its place, lacks that field', async () => {
    const twice = multipart(statusFields('A1'));
    twice.append('merchant_oid', 'A2');
    expect(await post('/odeme/durum-sorgu', twice)).toMatchObject({ err_no: '002' });
    const file = multipart(statusFields('A1'));
    file.set('merchant_oid', new Blob(['A1']), 'oid.txt');
    expect(await post('/odeme/durum-sorgu', file)).toMatchObject({ err_no: '002' });
  });

  it.each(['/odeme/durum-sorgu', '/odeme/iade', '/odeme/api/get-token'])(
    'that is broken or too long is refused by %s as one without fields is',
    async (path) => {
      const long = { ...refundFields('A1', '1.00'), padding: 'x'.repeat(1024 * 1024) };
      const boundary = { 'content-type': 'multipart/form-data; boundary=x' };
      const bodies: RequestInit[] = [
        { body: multipart(long) },
        { body: new URLSearchParams(long) },
        { body: '--x\r\nno part', headers: boundary },
        { body: 'a', headers: { 'content-type': 'multipart/form-data' } },
        { body: '{}', headers: { 'content-type': 'application/json' } },
        {},
      ];
      for (const body of bodies) {
        const response = await fetch(fake.url + path, { method: 'POST', ...body });
        expect(response.status).toBe(200);
        const reason = 'Gecersiz istek veya magaza aktif degil';
        expect(await response.json()).toEqual(
          path.endsWith('get-token')
            ? { status: 'failed', reason }
            : { status: 'error', err_no: '001', err_msg: reason },
        );
      }
    },
  );
});

async function pay(merchantOid?: string, overrides: Record<string, string> = {}): Promise<string> {
  const order = await placeOrder(fake, merchantOid ? { merchantOid } : {});
  await fake.sandbox.payNow(order.merchantOid, 'approve', overrides);
  return order.merchantOid;
}

// Our own client asks for single payments only, so this order is signed here.
async function orderInInstalments(max_installment: string): Promise<{ oid: string; frameUrl: string }> {
  const fields: Record<string, string> = {
    ...tokenRequestFields(FAKE_STORE, true, buildOrder(fake.paytr)),
    no_installment: '0',
    max_installment,
  };
  const names =
    'merchant_id user_ip merchant_oid email payment_amount user_basket no_installment max_installment currency test_mode';
  const parts = names.split(' ').map((name) => fields[name] ?? '');
  const paytr_token = paytrSignature(FAKE_STORE, [...parts, FAKE_STORE.merchantSalt]);
  const { token } = (await post('/odeme/api/get-token', { ...fields, paytr_token })) as { token: string };
  return { oid: fields['merchant_oid'] ?? '', frameUrl: fake.paytr.frameUrl(token) };
}

function refund(merchantOid: string, amount: string): Promise<unknown> {
  return post('/odeme/iade', refundFields(merchantOid, amount));
}

function refundFields(merchant_oid: string, return_amount: string): Record<string, string> {
  const { merchantId: merchant_id, merchantSalt } = FAKE_STORE;
  const paytr_token = paytrSignature(FAKE_STORE, [merchant_id, merchant_oid, return_amount, merchantSalt]);
  return { merchant_id, merchant_oid, return_amount, paytr_token };
}

function statusFields(merchant_oid: string): Record<string, string> {
  const { merchantId: merchant_id, merchantSalt } = FAKE_STORE;
  return {
    merchant_id,
    merchant_oid,
    paytr_token: paytrSignature(FAKE_STORE, [merchant_id, merchant_oid, merchantSalt]),
  };
}

function statusOf(merchantOid: string): Promise<unknown> {
  return post('/odeme/durum-sorgu', statusFields(merchantOid));
}

async function returnsOf(merchantOid: string): Promise<unknown> {
  return ((await statusOf(merchantOid)) as { returns: unknown }).returns;
}

function multipart(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

async function post(path: string, fields: Record<string, string> | FormData, to = fake): Promise<unknown> {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const response = await fetch(to.url + path, { method: 'POST', body });
  return response.json();
}
