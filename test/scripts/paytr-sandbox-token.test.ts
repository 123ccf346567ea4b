import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenRequestFields, type TokenOrder } from '../../src/billing/paytr/token.ts';
import { paytrSignature } from '../../src/billing/paytr/signature.ts';
import { FAKE_STORE, startFakePaytr, type FakePaytr } from '../support/fake-paytr.ts';
import { buildOrder } from '../support/sandbox-checkout.ts';

let fake: FakePaytr;
beforeAll(async () => {
  fake = await startFakePaytr();
});
afterAll(() => fake.close());

const INVALID = 'Zorunlu alan degeri gecersiz veya gonderilmedi (get-token): ';
const BAD_TOKEN = 'paytr_token gonderilmedi veya gecersiz (get-token)';

describe('get-token', () => {
  it('takes a right order and makes a payment page for it', async () => {
    const answer = await ask(rightFields());
    expect(answer).toEqual({ status: 'success', token: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  });

  it('takes the order of our own client, Turkish letters and all', async () => {
    expect(await fake.paytr.requestToken(order())).toMatchObject({ ok: true });
  });

  it.each<[string, string]>([
    ['merchant_id', 'Gecersiz istek veya magaza aktif degil'],
    ['user_ip', `${INVALID}user_ip`],
    ['merchant_oid', `${INVALID}merchant_oid`],
    ['email', `${INVALID}email`],
    ['payment_amount', `${INVALID}payment_amount`],
    ['user_basket', `${INVALID}user_basket`],
    ['no_installment', `${INVALID}no_installment`],
    ['max_installment', `${INVALID}max_installment`],
    ['paytr_token', `${INVALID}paytr_token`],
    ['user_name', `${INVALID}user_name`],
    ['user_address', `${INVALID}user_address`],
    ['user_phone', `${INVALID}user_phone`],
    ['merchant_ok_url', `${INVALID}merchant_ok_url`],
    ['merchant_fail_url', `${INVALID}merchant_fail_url`],
  ])('refuses an order without %s', async (field, reason) => {
    expect(await ask(signed({ [field]: '' }))).toEqual({ status: 'failed', reason });
    const rest = Object.entries(signed({})).filter(([name]) => name !== field);
    expect(await ask(Object.fromEntries(rest))).toEqual({ status: 'failed', reason });
  });

  it.each<[string, string, string]>([
    ['merchant_id', '654321', 'Gecersiz istek veya magaza aktif degil'],
    ['merchant_oid', 'ORDER-1', 'merchant_oid alfanumerik olmalidir, ozel karakter iceremez'],
    ['merchant_oid', 'ORDER_1', 'merchant_oid alfanumerik olmalidir, ozel karakter iceremez'],
    ['merchant_oid', 'A'.repeat(65), `${INVALID}merchant_oid`],
    ['payment_amount', '120.50', 'payment_amount degeri integer olmalidir'],
    ['payment_amount', '99', 'payment_amount değeri en az 100 olmalıdır. gönderilen:99'],
    ['payment_amount', '0', 'payment_amount değeri en az 100 olmalıdır. gönderilen:0'],
    ['payment_amount', '-500', 'payment_amount değeri en az 100 olmalıdır. gönderilen:-500'],
    ['email', 'ayşe@example.com', `${INVALID}email`],
    ['email', `${'a'.repeat(100)}@example.com`, `${INVALID}email`],
    ['email', 'nobody', `${INVALID}email`],
    ['user_ip', 'not-an-address', `${INVALID}user_ip`],
    ['user_ip', '203.0.113.1, 10.0.0.1', `${INVALID}user_ip`],
    ['user_ip', '127.0.0.1', BAD_TOKEN],
    ['user_ip', '192.168.1.20', BAD_TOKEN],
    ['user_ip', '::1', BAD_TOKEN],
    ['user_basket', 'not base64!', `${INVALID}user_basket`],
    ['user_basket', '[["Pro","29.00",1]]', `${INVALID}user_basket`],
    ['user_basket', base64({ name: 'Pro' }), `${INVALID}user_basket`],
    ['user_basket', base64([]), `${INVALID}user_basket`],
    ['user_basket', base64([['Pro', 29, 1]]), `${INVALID}user_basket`],
    ['user_basket', base64([['Pro', '29,00', 1]]), `${INVALID}user_basket`],
    ['user_basket', base64([['Pro', '29.00', '1']]), `${INVALID}user_basket`],
    ['no_installment', '2', `${INVALID}no_installment`],
    ['max_installment', '1', `${INVALID}max_installment`],
    ['max_installment', '13', `${INVALID}max_installment`],
    ['currency', 'XYZ', `${INVALID}currency`],
    ['test_mode', 'true', `${INVALID}test_mode`],
    ['debug_on', '2', `${INVALID}debug_on`],
    ['timeout_limit', '0', `${INVALID}timeout_limit`],
    ['timeout_limit', '1.5', `${INVALID}timeout_limit`],
    ['lang', 'de', `${INVALID}lang`],
    ['user_name', 'n'.repeat(61), `${INVALID}user_name`],
    ['user_address', 'a'.repeat(401), `${INVALID}user_address`],
    ['user_phone', '5'.repeat(21), `${INVALID}user_phone`],
    ['merchant_ok_url', '/ok', `${INVALID}merchant_ok_url`],
    ['merchant_fail_url', `https://a.example.com/${'x'.repeat(400)}`, `${INVALID}merchant_fail_url`],
  ])('refuses %s = %s, rightly signed', async (field, value, reason) => {
    expect(await ask(signed({ [field]: value }))).toEqual({ status: 'failed', reason });
  });

  it.each(['', 'TL', 'TRY', 'USD', 'EUR', 'GBP', 'RUB'])('takes the currency "%s"', async (currency) => {
    expect(await ask(signed({ currency }))).toMatchObject({ status: 'success' });
  });

  it.each([
    'user_ip',
    'merchant_oid',
    'email',
    'payment_amount',
    'user_basket',
    'no_installment',
    'max_installment',
    'currency',
    'test_mode',
  ])('refuses an order whose %s was changed after signing', async (field) => {
    const other: Record<string, string> = {
      user_ip: '203.0.113.11',
      merchant_oid: 'OTHER1',
      email: 'bob@example.com',
      payment_amount: '100',
      user_basket: base64([['Other', '49.00', 1]]),
      no_installment: '0',
      max_installment: '12',
      currency: 'EUR',
      test_mode: '0',
    };
    const fields = { ...signed({}), [field]: other[field] ?? '' };
    expect(await ask(fields)).toEqual({ status: 'failed', reason: BAD_TOKEN });
  });

  it('refuses a signature made with key and salt swapped', async () => {
    const swapped = {
      ...FAKE_STORE,
      merchantKey: FAKE_STORE.merchantSalt,
      merchantSalt: FAKE_STORE.merchantKey,
    };
    const answer = await ask(tokenRequestFields(swapped, true, order()));
    expect(answer).toEqual({ status: 'failed', reason: BAD_TOKEN });
  });

  it('refuses a second order of the same number', async () => {
    const fields = rightFields();
    expect(await ask(fields)).toMatchObject({ status: 'success' });
    expect(await ask(fields)).toMatchObject({ status: 'failed' });
  });

  it('reads forms only, and no field twice', async () => {
    const json = await post({ 'content-type': 'application/json' }, JSON.stringify(rightFields()));
    expect(json).toMatchObject({ status: 'failed' });
    const twice = `${new URLSearchParams(rightFields()).toString()}&email=bob%40example.com`;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await post(form, twice)).toEqual({ status: 'failed', reason: `${INVALID}email` });
  });
});

describe('a gateway in trouble', () => {
  it.each([
    ['refuse', 'refused'],
    ['500', 'unreadable'],
    ['html', 'unreadable'],
  ] as const)('answers the next call with %s, and only that', async (mode, reason) => {
    fake.sandbox.failNextToken(mode);
    expect(await fake.paytr.requestToken(order())).toMatchObject({ ok: false, reason });
    expect(await fake.paytr.requestToken(order())).toMatchObject({ ok: true });
  });

  it('leaves the next call without an answer', async () => {
    const slow = await startFakePaytr({ timeoutSeconds: 0.1 });
    slow.sandbox.failNextToken('hang');
    expect(await slow.paytr.requestToken(order())).toMatchObject({ ok: false, reason: 'timeout' });
    await slow.close();
  });
});

function order(): TokenOrder {
  return buildOrder(fake.paytr);
}

function rightFields(): Record<string, string> {
  return tokenRequestFields(FAKE_STORE, true, order());
}

// A change that is signed with it, so that only the field's own rule can refuse it.
function signed(change: Record<string, string>): Record<string, string> {
  const fields: Record<string, string> = { ...rightFields(), ...change };
  const names =
    'merchant_id user_ip merchant_oid email payment_amount user_basket no_installment max_installment currency test_mode';
  const parts = names.split(' ').map((name) => fields[name] ?? '');
  const paytr_token = paytrSignature(FAKE_STORE, [...parts, FAKE_STORE.merchantSalt]);
  return { ...fields, paytr_token, ...change };
}

function ask(fields: Record<string, string>): Promise<unknown> {
  return post(
    { 'content-type': 'application/x-www-form-urlencoded' },
    new URLSearchParams(fields).toString(),
  );
}

async function post(headers: Record<string, string>, body: string): Promise<unknown> {
  const response = await fetch(`${fake.url}/odeme/api/get-token`, { method: 'POST', headers, body });
  return response.json();
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
