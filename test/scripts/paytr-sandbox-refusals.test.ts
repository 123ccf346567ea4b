import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAKE_STORE, startFakePaytr, type FakePaytr } from '../support/fake-paytr.ts';

let fake: FakePaytr;
beforeEach(async () => {
  fake = await startFakePaytr();
});
afterEach(() => fake.close());

type Fields = Record<string, string>;

/** A call of the gateway. `signed` are its signed fields in order, without the salt that ends them all. */
interface Call {
  path: string;
  signed: string;
  right: Fields;
  /** A signature that was worked out apart from this program, from PayTR's samples, for `right`. */
  vector: string;
  /** A part of the answer to a right request. */
  taken: RegExp;
  /** By field, values that PayTR refuses. */
  wrong: Record<string, string[]>;
  /** Signed fields that may be left out. */
  optional?: string[];
}

const STORE = { merchant_id: '123456' };
const OID = 'SP1042A1X7F3';
const LONG = 'x'.repeat(401);
const BUYER: Fields = {
  ...{ user_name: 'Ayşe Yılmaz', user_address: 'Örnek Mah. 1', user_phone: '+905550000000' },
  ...{ merchant_ok_url: 'https://shop.example.com/ok', merchant_fail_url: 'https://shop.example.com/fail' },
};
const WRONG_BUYER = {
  user_name: ['', ' ', 'n'.repeat(61)],
  user_address: ['', ' ', LONG],
  user_phone: ['', ' ', '5'.repeat(21)],
  merchant_ok_url: ['', '/ok', 'ftp://shop.example.com/', `https://shop.example.com/${LONG}`],
  merchant_fail_url: ['', 'fail', 'javascript:alert(1)', `https://shop.example.com/${LONG}`],
};
const WRONG_PAYER = {
  user_ip: ['', 'x', '203.0.113.1, 10.0.0.1', '127.0.0.1', '10.1.2.3', '::1', '256.1.1.1'],
  merchant_oid: ['', 'A-1', 'A_1', 'A 1', 'Ş1', 'A'.repeat(65)],
  email: ['', 'x', 'ayşe@example.com', 'a b@example.com', `${'a'.repeat(100)}@example.com`],
  currency: ['XYZ', 'tl', 'TL '],
  test_mode: ['2', 'true'],
};
const WRONG_DAYS = ['', '2026-1-1', '01.01.2026', '2026-02-30', '2026-13-01', '2026-01-01 00:00:00', 'x'];
const WRONG_MOMENTS = [
  ...['', '2026-01-01', '2026-01-01T00:00:00', '2026-02-30 00:00:00', '2026-01-01 24:00:00'],
  ...['2026-01-01 10:60:00', '01.01.2026 00:00:00', 'x'],
];
const BASKET = base64([['Aylık Pro üyelik', '120.50', 1]]);

const CALLS: Record<string, Call> = {
  'get-token': {
    path: '/odeme/api/get-token',
    signed:
      'merchant_id user_ip merchant_oid email payment_amount user_basket no_installment max_installment currency test_mode',
    right: {
      ...{ ...STORE, ...BUYER, user_ip: '203.0.113.10', merchant_oid: OID, email: 'ayse@example.com' },
      ...{ payment_amount: '12050', user_basket: BASKET, no_installment: '0', max_installment: '0' },
      ...{ currency: 'TL', test_mode: '1' },
    },
    vector: 'kVnOlnrIcoynkCa5GYVELOxMalC4RN5mW7e4dLdS4e4=',
    taken: /"status":"success","token"/,
    wrong: {
      ...{ ...WRONG_PAYER, ...WRONG_BUYER },
      payment_amount: ['', '0', '99', '-100', '120.50', '120,50', '1e5', ' 12050', '9'.repeat(16)],
      user_basket: [
        ...['', 'x', '[["Pro","120.50",1]]', base64([]), base64({}), base64([['Pro', 120.5, 1]])],
        ...[base64([['Pro', '120,50', 1]]), base64([['Pro', '120.50', 0]]), base64([['Pro', '120.50']])],
      ],
      no_installment: ['', '2', 'x'],
      max_installment: ['', '1', '13', '-1', '2.5'],
      debug_on: ['2'],
      lang: ['de', 'TR'],
      timeout_limit: ['0', '-5', '1.5', 'x'],
      iframe_v2: ['2'],
      iframe_v2_dark: ['2'],
    },
    optional: ['currency', 'test_mode'],
  },
  'status query': {
    path: '/odeme/durum-sorgu',
    signed: 'merchant_id merchant_oid',
    right: { ...STORE, merchant_oid: OID },
    vector: 'x6WPDxRqxCc2qfmd1vlP7Gi345j6dhAa9JXi/flFNxs=',
    taken: /"err_no":"004"/,
    wrong: { merchant_oid: [''] },
  },
  refund: {
    path: '/odeme/iade',
    signed: 'merchant_id merchant_oid return_amount',
    right: { ...STORE, merchant_oid: OID, return_amount: '20.50' },
    vector: 'VExup5qJxV7T4ceyUAy340g6JlcB2C0jRzXMdQ1aZIM=',
    taken: /"err_no":"005"/,
    wrong: {
      merchant_oid: [''],
      return_amount: [
        '',
        '0',
        '0.00',
        '-1.00',
        '20,50',
        '20.505',
        '1e1',
        ' 20.50',
        '+20.50',
        '.50',
        '1,000.00',
      ],
      reference_no: ['REF-1', 'R 1', 'Ş1', 'R'.repeat(65)],
    },
  },
  'transaction list': {
    path: '/rapor/islem-dokumu',
    signed: 'merchant_id start_date end_date',
    right: { ...STORE, start_date: '2026-01-01 00:00:00', end_date: '2026-01-03 23:59:59' },
    vector: 'o3sob4o6yXMTviMQ6+lXeY2OLxfnN3Tjdn2zNImfBZY=',
    taken: /"status":"failed"/,
    wrong: {
      start_date: [...WRONG_MOMENTS, '2025-12-31 23:59:58', '2026-01-04 00:00:00'],
      end_date: [...WRONG_MOMENTS, '2026-01-04 00:00:01', '2025-12-31 23:59:59'],
    },
  },
  'payout summary': {
    path: '/rapor/odeme-dokumu',
    signed: 'merchant_id start_date end_date',
    right: { ...STORE, start_date: '2026-01-01', end_date: '2026-01-31' },
    vector: 'P1Eg5+JCT/FG/7EpV82X/WLF2Zl1hXOBeqiGueiRcV0=',
    taken: /"status":"failed"/,
    wrong: {
      start_date: [...WRONG_DAYS, '2025-12-31', '2026-02-01'],
      end_date: [...WRONG_DAYS, '2026-02-01', '2025-12-31'],
    },
  },
  'payout detail': {
    path: '/rapor/odeme-detayi',
    signed: 'merchant_id date',
    right: { ...STORE, date: '2026-01-15' },
    vector: 'YfKZ6NEJ3Hg13uCJCj2qr+yatF2Y0xY0hsKhKffK21M=',
    taken: /"status":"failed"/,
    wrong: { date: WRONG_DAYS },
  },
  'BIN query': {
    path: '/odeme/api/bin-detail',
    signed: 'bin_number merchant_id',
    right: { ...STORE, bin_number: '43550843' },
    vector: 'pO5TSG3Buv5Gw0c/lwKK9wmDy5aWn74Olu5iGRAsAeE=',
    taken: /"status":"success".*"bankCode":"0046"/,
    wrong: { bin_number: ['', '43550', '4355084', '435508435', '4355-0843', '4355084x', ' 435508'] },
  },
  'Direct API': {
    path: '/odeme',
    signed:
      'merchant_id user_ip merchant_oid email payment_amount payment_type installment_count currency test_mode non_3d',
    right: {
      ...{ ...STORE, ...BUYER, user_ip: '203.0.113.10', merchant_oid: OID, email: 'ayse@example.com' },
      ...{ payment_amount: '120.50', payment_type: 'card', installment_count: '0', currency: 'TL' },
      ...{ test_mode: '1', non_3d: '0', user_basket: '[["Pro plan","120.50",1]]', cc_owner: 'Ayşe Yılmaz' },
      ...{ card_number: '4355084355084358', expiry_month: '12', expiry_year: '30', cvv: '000' },
    },
    vector: 'fNCrCOsOzmzS6r5kJeUpZdeRO2cdI6y47orT8NcIzXw=',
    taken: /^See Other/,
    wrong: {
      ...{ ...WRONG_PAYER, ...WRONG_BUYER },
      payment_amount: ['', '0', '0.99', '-1', '120,50', '120.505', '1e3', ' 120.50'],
      payment_type: ['', 'CARD', 'cash'],
      installment_count: ['', '1', '13', '-2', '2.5'],
      non_3d: ['', '2'],
      non3d_test_failed: ['2'],
      store_card: ['2'],
      recurring_payment: ['2', '1'],
      sync_mode: ['2'],
      debug_on: ['2'],
      client_lang: ['de'],
      card_type: ['visa', 'AXESS'],
      user_basket: ['', 'x', '[]', BASKET, '[["Pro",120.5,1]]'],
      cc_owner: ['', 'n'.repeat(51)],
      card_number: ['', '4111', '4355084355084359', '4355 0843 5508 4358'],
      expiry_month: ['', '0', '13', 'x'],
      expiry_year: ['', '2030', '3', 'x'],
      cvv: ['', '00', '00000', 'abc'],
      ctoken: ['cUNKNOWN'],
    },
    optional: ['currency', 'test_mode'],
  },
  'card list': {
    path: '/odeme/capi/list',
    signed: 'utoken',
    right: { ...STORE, utoken: 'utokABC123' },
    vector: 'BRGpK7083Djwy5tDK7hHyXctOhDYPfHDG/QVqzncADg=',
    taken: /^\[\]$/,
    wrong: { utoken: [''] },
  },
  'card delete': {
    path: '/odeme/capi/delete',
    signed: 'ctoken utoken',
    right: { ...STORE, ctoken: 'ctokXYZ789', utoken: 'utokABC123' },
    vector: 'p5B1lrG6o63F8obQMJ44dIyutdLFtqkJLB4QU5W5rUg=',
    taken: /kart bulunamadi/,
    wrong: { ctoken: [''], utoken: [''] },
  },
};

describe.each(Object.entries(CALLS))('%s', (_name, call) => {
  it('takes a right request, with the signature of PayTR’s samples', async () => {
    expect(sign(call, call.right)).toBe(call.vector);
    expect(await post(call.path, { ...call.right, paytr_token: call.vector })).toMatch(call.taken);
  });

  it.each(
    Object.entries({ merchant_id: ['', '654321', '123456 '], ...call.wrong }).flatMap(([field, values]) =>
      values.map((value) => [field, value.slice(0, 60), value] as const),
    ),
  )('refuses %s = %j, rightly signed', async (field, _short, value) => {
    const fields = fresh(call, { [field]: value });
    await expectRefusal(call, { ...fields, paytr_token: sign(call, fields) });
  });

  it('refuses a request without any one of its fields', async () => {
    for (const field of Object.keys(call.right).filter((each) => !call.optional?.includes(each))) {
      const fields = Object.fromEntries(Object.entries(fresh(call)).filter(([name]) => name !== field));
      await expectRefusal(call, { ...fields, paytr_token: sign(call, fields) });
    }
  });

  it('refuses a signed field that was changed afterwards', async () => {
    for (const field of call.signed.split(' ')) {
      const fields = fresh(call);
      const signature = sign(call, fields);
      for (const other of [`${fields[field] ?? ''}1`, OTHERS[field]].filter((each) => each !== undefined))
        await expectRefusal(call, { ...fields, [field]: other, paytr_token: signature });
    }
  });

  it('refuses a signature that is missing, of another key, order or form, or has no salt', async () => {
    const fields = fresh(call);
    const right = sign(call, fields);
    const message = call.signed.split(' ').map((each) => fields[each] ?? '');
    const { merchantKey: key, merchantSalt: salt } = FAKE_STORE;
    const wrong = [
      ...[
        '',
        'x',
        right.toLowerCase(),
        right.replace(/=+$/, ''),
        Buffer.from(right, 'base64').toString('hex'),
      ],
      ...[hmac(salt, message.join('') + key), hmac(key, message.join(''))],
      ...[hmac(key, salt + message.join('')), hmac(key, [...message, salt].join('|'))],
      ...(message.length > 1 ? [hmac(key, message.reverse().join('') + salt)] : []),
    ];
    for (const paytr_token of wrong) await expectRefusal(call, { ...fields, paytr_token });
    await expectRefusal(call, fields);
  });

  it('refuses JSON, a repeated field, and fields in the address', async () => {
    const fields = fresh(call);
    const body = { ...fields, paytr_token: sign(call, fields) };
    const json = { 'content-type': 'application/json' };
    expect(await send(call.path, JSON.stringify(body), json)).not.toMatch(call.taken);
    const twice = new URLSearchParams(body);
    twice.append('merchant_id', '123456');
    expect(await send(call.path, twice)).not.toMatch(call.taken);
    const address = `${call.path}?${new URLSearchParams(body).toString()}`;
    expect(await send(address, '')).not.toMatch(call.taken);
    expect(await (await fetch(fake.url + address)).text()).not.toMatch(call.taken);
  });
});

describe('a refund', () => {
  it.each([
    ['in kuruş signed as PayTR’s samples warn', '2050', 'OlQFm1GLdAqjxVNvMd6vZzYnOyh8gbv1nuiwiKvhSts='],
    ['signed without the store', '20.50', 'omSpe6/CgdGyPFdKG18nOwBO7+Ab1WpJRbFjw5Ie0Ts='],
  ])('%s gives nothing back', async (_name, return_amount, paytr_token) => {
    const answer = await post('/odeme/iade', { ...STORE, merchant_oid: OID, return_amount, paytr_token });
    expect(answer).toMatch(/"status":"error"/);
  });
});

// Other right values, for fields whose rules refuse the first change.
const OTHERS: Fields = {
  ...{ user_ip: '203.0.113.11', email: 'bob@example.com', payment_amount: '200', max_installment: '12' },
  ...{ no_installment: '1', currency: 'EUR', test_mode: '0', installment_count: '3', non_3d: '1' },
  ...{
    return_amount: '99.00',
    bin_number: '540667',
    date: '2026-01-16',
    user_basket: base64([['Pro', '1.00', 1]]),
  },
};

let orders = 0;
/** The right fields, with an order number of their own when the call opens a payment. */
function fresh(call: Call, change: Fields = {}): Fields {
  const opens = call.right['user_ip'] !== undefined;
  return { ...call.right, ...(opens && { merchant_oid: `R${String((orders += 1))}` }), ...change };
}

/** Refused with a fault, and not because of the order's number. Nothing is opened. */
async function expectRefusal(call: Call, fields: Fields): Promise<void> {
  const before = fake.sandbox.transactions().length;
  const answer = await post(call.path, fields);
  const said = JSON.stringify(fields);
  expect([said, answer]).toEqual([said, expect.not.stringMatching(call.taken) as string]);
  expect([said, answer]).toEqual([
    said,
    expect.stringMatching(/"status":"(error|failed)"|gecersiz|gonderilmedi|Gecersiz/) as string,
  ]);
  expect([said, fake.sandbox.transactions().length]).toEqual([said, before]);
}

function sign(call: Call, fields: Fields): string {
  const message = call.signed.split(' ').map((each) => fields[each] ?? '');
  return hmac(FAKE_STORE.merchantKey, message.join('') + FAKE_STORE.merchantSalt);
}

function hmac(key: string, message: string): string {
  return createHmac('sha256', key).update(message).digest('base64');
}

function post(path: string, fields: Fields): Promise<string> {
  return send(path, new URLSearchParams(fields));
}

async function send(path: string, body: URLSearchParams | string, headers: Fields = {}): Promise<string> {
  const response = await fetch(fake.url + path, { method: 'POST', body, headers, redirect: 'manual' });
  return response.text();
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
