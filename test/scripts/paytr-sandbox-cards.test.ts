import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAKE_STORE, startFakePaytr, type FakePaytr } from '../support/fake-paytr.ts';
import { OK, startFakeMerchant, submit, type FakeMerchant } from '../support/sandbox-checkout.ts';

let fake: FakePaytr;
let merchant: FakeMerchant;
let orders = 0;

beforeAll(async () => {
  merchant = await startFakeMerchant();
  fake = await startFakePaytr({ callbackUrl: merchant.url });
});
beforeEach(() => {
  merchant.answer = OK;
  merchant.received.length = 0;
});
afterAll(async () => {
  await fake.close();
  merchant.close();
});

const SIGNED =
  'merchant_id user_ip merchant_oid email payment_amount payment_type installment_count currency test_mode non_3d';
const sign = (message: string): string =>
  createHmac('sha256', FAKE_STORE.merchantKey)
    .update(message + FAKE_STORE.merchantSalt)
    .digest('base64');

type Fields = Record<string, string>;

/** A payment by the Direct API with the right signature, of a new order. */
function direct(change: Fields = {}): Fields {
  const fields: Fields = {
    ...{ merchant_id: '123456', user_ip: '203.0.113.10', merchant_oid: `CARD${String((orders += 1))}` },
    ...{ email: 'ayse@example.com', payment_amount: '120.50', payment_type: 'card', installment_count: '0' },
    ...{
      currency: 'TL',
      test_mode: '1',
      non_3d: '0',
      user_name: 'Ayşe Yılmaz',
      user_address: 'Örnek Mah. 1',
    },
    ...{ user_phone: '+905550000000', user_basket: '[["Pro plan","120.50",1]]', client_lang: 'tr' },
    merchant_ok_url: 'https://shop.example.com/ok',
    merchant_fail_url: 'https://shop.example.com/fail',
    ...change,
  };
  const message = SIGNED.split(' ').map((name) => fields[name] ?? '');
  return { paytr_token: sign(message.join('')), ...fields };
}

const NEW_CARD = {
  ...{ cc_owner: 'Ayşe Yılmaz', card_number: '4355084355084358', cvv: '000' },
  ...{ expiry_month: '12', expiry_year: '30', store_card: '1' },
};

async function post(path: string, fields: Fields): Promise<unknown> {
  const response = await fetch(fake.url + path, { method: 'POST', body: new URLSearchParams(fields) });
  return response.json();
}
const list = (utoken: string): Promise<unknown> =>
  post('/odeme/capi/list', { merchant_id: '123456', utoken, paytr_token: sign(utoken) });

/** Pays with a new card that PayTR may keep. Returns its names, as the notification has them. */
async function store(change: Fields = {}): Promise<{ utoken: string; ctoken: string }> {
  const { location } = await submit(`${fake.url}/odeme`, direct({ ...NEW_CARD, ...change }));
  await submit(fake.url + location, { outcome: 'approve' });
  const { utoken = '', ctoken = '' } = merchant.received.at(-1)?.storedCard ?? {};
  return { utoken, ctoken };
}

const recurring = (card: Fields, change: Fields = {}): Promise<unknown> =>
  post('/odeme', direct({ recurring_payment: '1', non_3d: '1', ...card, ...change }));

describe('a card that the payer lets PayTR keep', () => {
  it('is kept after the 3-D page, named in the notification, and listed without its number', async () => {
    const card = await store();
    expect(card.utoken).toMatch(/^u[0-9a-f]{48}$/);
    expect(merchant.received.at(-1)).toMatchObject({ status: 'success', totalAmountMinor: 12_050 });
    expect(await list(card.utoken)).toEqual([
      {
        ...{ ctoken: card.ctoken, last_4: '4358', require_cvv: '0', month: '12', year: '30' },
        ...{ c_bank: 'Akbank', c_name: 'Ayşe Yılmaz', c_brand: 'axess', c_type: 'credit' },
        ...{ businessCard: 'n', initial: '4', schema: 'VISA' },
      },
    ]);
  });

  it('stands beside the payer’s other cards only when their utoken is sent', async () => {
    const first = await store();
    const second = await store({ utoken: first.utoken });
    const apart = await store();
    expect(second.utoken).toBe(first.utoken);
    expect(await list(first.utoken)).toHaveLength(2);
    expect(apart.utoken).not.toBe(first.utoken);
  });

  it('is not kept when it was declined, and not without a wish for it', async () => {
    const before = fake.sandbox.storedCards().length;
    const { location } = await submit(`${fake.url}/odeme`, direct(NEW_CARD));
    await submit(fake.url + location, { outcome: 'insufficient-funds' });
    expect(await store({ store_card: '0' })).toEqual({ utoken: '', ctoken: '' });
    expect(fake.sandbox.storedCards()).toHaveLength(before);
  });

  it('is taken away once, with the card signed before its payer', async () => {
    const { utoken, ctoken } = await store();
    const take = (paytr_token: string): Promise<unknown> =>
      post('/odeme/capi/delete', { merchant_id: '123456', utoken, ctoken, paytr_token });
    expect(await take(sign(utoken + ctoken))).toMatchObject({ status: 'error' });
    expect(await take(sign(ctoken + utoken))).toEqual({ status: 'success' });
    expect(await take(sign(ctoken + utoken))).toMatchObject({ status: 'error' });
    expect(await list(utoken)).toEqual([]);
    expect(await recurring({ utoken, ctoken })).toMatchObject({ status: 'failed', try_again: false });
  });
});

describe('a charge of a kept card by the merchant’s server', () => {
  it('answers success, and the notification follows as ever', async () => {
    const card = await store();
    merchant.received.length = 0;
    expect(await recurring(card, { payment_amount: '45' })).toEqual({ status: 'success' });
    expect(merchant.received).toMatchObject([{ status: 'success', totalAmountMinor: 4500 }]);
  });

  it('may come later when another is under way, and is told by its notification when the bank refuses', async () => {
    const card = await store();
    merchant.received.length = 0;
    fake.sandbox.failNextRecurring('busy');
    expect(await recurring(card)).toMatchObject({ status: 'failed', try_again: true });
    expect(merchant.received).toEqual([]);
    fake.sandbox.failNextRecurring('declined');
    expect(await recurring(card)).toEqual({ status: 'wait_callback' });
    await fake.sandbox.tick();
    expect(merchant.received).toMatchObject([{ status: 'failed', failedReasonCode: '0' }]);
  });

  it('stays open until its notification when nothing is known at once', async () => {
    const card = await store();
    merchant.received.length = 0;
    fake.sandbox.failNextRecurring('late');
    const fields = direct({ recurring_payment: '1', non_3d: '1', ...card });
    expect(await post('/odeme', fields)).toEqual({ status: 'wait_callback' });
    expect(merchant.received).toEqual([]);
    await fake.sandbox.payNow(fields['merchant_oid'] ?? '', 'approve');
    expect(merchant.received).toMatchObject([{ status: 'success' }]);
  });

  it('is refused for good when the bank has closed the card', async () => {
    const card = await store();
    fake.sandbox.closeCard(card.ctoken);
    expect(await recurring(card)).toMatchObject({ status: 'failed', try_again: false });
  });

  it.each([
    ['with 3-D Secure', { non_3d: '0' }],
    ['without a card', { ctoken: '' }],
    ['of an amount in kuruş, with a comma', { payment_amount: '120,50' }],
    ['with a base64 basket', { user_basket: 'W1siUHJvIHBsYW4iLCIxMjAuNTAiLDFdXQ==' }],
    ['of another store', { merchant_id: '654321' }],
    ['with an order number that is no number', { merchant_oid: 'ORDER-1' }],
  ])('is refused %s', async (_mistake, change) => {
    const card = await store();
    expect(await recurring(card, change)).toMatchObject({ status: 'failed' });
  });

  it('is refused for an order that was paid already, and with a wrong signature', async () => {
    const card = await store();
    const fields = direct({ recurring_payment: '1', non_3d: '1', ...card });
    expect(await post('/odeme', { ...fields, paytr_token: sign('x') })).toMatchObject({ status: 'failed' });
    expect(await post('/odeme', fields)).toEqual({ status: 'success' });
    expect(await post('/odeme', fields)).toMatchObject({ status: 'failed' });
  });
});

// Tokens worked out apart from this program, from PayTR's samples.
describe('the tokens of PayTR’s samples', () => {
  it('are taken: a payment, a list, a card that is taken away', async () => {
    const fields = direct({
      ...{ merchant_oid: 'SP1042A1X7F3', payment_amount: '120.50', ...NEW_CARD },
      paytr_token: 'fNCrCOsOzmzS6r5kJeUpZdeRO2cdI6y47orT8NcIzXw=',
    });
    expect((await submit(`${fake.url}/odeme`, fields)).status).toBe(303);
    const utoken = 'utokABC123';
    const listed = {
      merchant_id: '123456',
      utoken,
      paytr_token: 'BRGpK7083Djwy5tDK7hHyXctOhDYPfHDG/QVqzncADg=',
    };
    expect(await post('/odeme/capi/list', listed)).toEqual([]);
    const taken = {
      merchant_id: '123456',
      utoken,
      ctoken: 'ctokXYZ789',
      paytr_token: 'p5B1lrG6o63F8obQMJ44dIyutdLFtqkJLB4QU5W5rUg=',
    };
    expect(await post('/odeme/capi/delete', taken)).toEqual({ status: 'error', err_msg: 'kart bulunamadi' });
  });
});
