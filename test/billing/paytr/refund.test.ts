import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createPaytr,
  type Paytr,
  type PaytrSettings,
  type RefundAnswer,
} from '../../../src/billing/paytr/paytr.ts';
import type { PostForm } from '../../../src/billing/paytr/post-form.ts';
import { FAKE_STORE } from '../../support/fake-paytr.ts';

const refund = { merchantOid: 'SP1042A1X7F3', amountMinor: 2050, referenceNo: 'REF1' };
const made = { status: 'success', is_test: 0, merchant_oid: 'SP1042A1X7F3', return_amount: '20.50' };
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

it('is sent in major units with two decimals, signed as vector V7, under our own number', async () => {
  const posted: { url: string; body: string }[] = [];
  await ask({ ...made, reference_no: 'REF1' }, posted);
  expect(posted[0]?.url).toBe('https://gateway.example.com/odeme/iade');
  const fields = Object.fromEntries(new URLSearchParams(posted[0]?.body));
  expect(fields).toEqual({
    merchant_id: '123456',
    merchant_oid: 'SP1042A1X7F3',
    return_amount: '20.50',
    reference_no: 'REF1',
    paytr_token: 'VExup5qJxV7T4ceyUAy340g6JlcB2C0jRzXMdQ1aZIM=',
  });
  // Signed in kuruş, and without the store's number (vectors N2 and N3).
  for (const mistake of [
    'OlQFm1GLdAqjxVNvMd6vZzYnOyh8gbv1nuiwiKvhSts=',
    'omSpe6/CgdGyPFdKG18nOwBO7+Ab1WpJRbFjw5Ie0Ts=',
  ])
    expect(fields['paytr_token']).not.toBe(mistake);
});

it.each([
  [1, '0.01'],
  [99, '0.99'],
  [100, '1.00'],
  [12_050, '120.50'],
  [100_000_000, '1000000.00'],
])('%s in minor units goes out as %s', async (amountMinor, text) => {
  const posted: { url: string; body: string }[] = [];
  await ask({ status: 'success' }, posted, { ...refund, amountMinor });
  expect(new URLSearchParams(posted[0]?.body).get('return_amount')).toBe(text);
});

it('has a number of letters and digits that no other refund has', () => {
  const { newReferenceNo } = createPaytr({ ...FAKE_STORE, baseUrl: '', testMode: true });
  const numbers = Array.from({ length: 1000 }, () => newReferenceNo());
  expect(numbers.every((each) => /^[A-Za-z0-9]{33}$/.test(each))).toBe(true);
  expect(new Set(numbers).size).toBe(1000);
});

it.each([{ referenceNo: 'REF-1' }, { referenceNo: '' }, { referenceNo: 'R'.repeat(65) }, { amountMinor: 0 }])(
  'is not sent with %j',
  async (change) => {
    const posted: { url: string; body: string }[] = [];
    await expect(ask(made, posted, { ...refund, ...change })).rejects.toThrow('Bug!');
    expect(posted).toEqual([]);
  },
);

describe('PayTR’s answer to a refund', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['made', made, { ok: true, isTest: false }],
    ['made with a test payment', { ...made, is_test: 1 }, { ok: true, isTest: true }],
    ['made, with unquoted numbers', { ...made, return_amount: 20.5 }, { ok: true }],
    ['locked', error('000'), { ok: false, reason: 'refused', code: '000', retry: 'later' }],
    ['locked, as a number', { ...error('000'), err_no: 0 }, { code: '000', retry: 'later' }],
    ['not notified yet', error('007'), { code: '007', retry: 'later' }],
    ['balance too low', error('010'), { code: '010', retry: 'later' }],
    ['unknown order', error('005'), { code: '005', retry: 'never', isOverPayment: false }],
    ['unknown order, as failed', { ...error('005'), status: 'failed' }, { code: '005', retry: 'never' }],
    ['too old', error('011'), { code: '011', retry: 'never' }],
    ['more than paid', error('009'), { code: '009', retry: 'never', isOverPayment: true }],
    ['more than paid, by the samples', error('006'), { code: '006', retry: 'never', isOverPayment: true }],
    [
      'more than paid, by its text',
      { status: 'error', err_no: '099', err_msg: 'iade tutari odemeden fazla olamaz' },
      { code: '099', retry: 'never', isOverPayment: true },
    ],
  ])('is understood: %s', async (_name, answer, expected) => {
    expect(await ask(answer)).toMatchObject(expected);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an undocumented number', error('500')],
    ['no number', { status: 'error', err_msg: 'hata' }],
    ['an empty number', { status: 'error', err_no: '', err_msg: 'hata' }],
    ['no status', { return_amount: '20.50' }],
    ['another amount', { ...made, return_amount: '2050' }],
    ['another refund', { ...made, reference_no: 'REF2' }],
    ['another order', { ...made, merchant_oid: 'OTHER' }],
  ])('with %s says nothing about the money, so nothing is sent again', async (_name, answer) => {
    const read = await ask(answer);
    expect(read).toMatchObject({ ok: false, reason: 'unreadable' });
    expect(read).not.toHaveProperty('neverSent');
  });

  it('may be missing after the money moved: no answer, half an answer, a page, a cut line', async () => {
    const silent = await paytrAnswering(() => undefined, { refundTimeoutSeconds: 0.1 });
    expect(await silent.sendRefund(refund)).toMatchObject({ reason: 'timeout' });
    const half = await paytrAnswering((_req, res) => res.write('{"status":'), { refundTimeoutSeconds: 0.1 });
    expect(await half.sendRefund(refund)).toMatchObject({ reason: 'timeout' });
    const page = await paytrAnswering((_req, res) => res.writeHead(502).end('<h1>Bad</h1>'));
    expect(await page.sendRefund(refund)).toMatchObject({ reason: 'unreadable' });
    const cut = await paytrAnswering((req) => req.socket.destroy());
    const answer = await cut.sendRefund(refund);
    expect(answer).toMatchObject({ ok: false, reason: 'unreachable' });
    expect(answer).not.toHaveProperty('neverSent');
  });

  it('is not to be waited for when no connection came about: the money cannot have moved', async () => {
    const paytr = await paytrAnswering(() => undefined);
    for (const close of closers.splice(0)) close();
    expect(await paytr.sendRefund(refund)).toMatchObject({ reason: 'unreachable', neverSent: true });
  });

  it('is waited for longer than other answers: PayTR’s own sample waits 90 seconds', async () => {
    const waits: number[] = [];
    const post: PostForm = (_url, _form, { timeoutMs }) => {
      waits.push(timeoutMs);
      return Promise.resolve({ status: 200, text: JSON.stringify(made) });
    };
    const baseUrl = 'https://gateway.example.com';
    await createPaytr({ ...FAKE_STORE, baseUrl, testMode: true, post }).sendRefund(refund);
    expect(waits).toEqual([90_000]);
  });
});

describe('the money that a status query lists as given back', () => {
  const entry = { return_amount: '10,8', reference_no: ' REF1 ', return_date: '2026-03-01 12:00:00' };
  const read = { amountMinor: 1080, referenceNo: 'REF1', date: '2026-03-01 12:00:00' };

  it.each<[string, unknown, unknown]>([
    ['an array', [entry, { return_amount: 5 }], [read, { amountMinor: 500, referenceNo: null, date: null }]],
    ['entries under numbers', { 0: entry, 2: entry }, [read, read]],
    ['text', JSON.stringify([entry]), [read]],
    ['one entry', entry, [read]],
    ['an entry without an amount', [entry, { reference_no: 'REF2' }], null],
    ['an amount that may mean two things', [{ return_amount: '1.234' }], null],
    ['something else', 'iade edildi', null],
    ['named parts', { iade: entry }, null],
  ])('is read as %s, or not at all', async (_name, returns, expected) => {
    const paid = {
      status: 'success',
      payment_amount: '10,8',
      payment_total: '10,8',
      currency: 'TL',
      returns,
    };
    const answer = await paytrSaying(paid).queryStatus('SP1042A1X7F3');
    expect(answer).toMatchObject({ ok: true, returned: expected });
  });
});

function error(err_no: string): Record<string, unknown> {
  return { status: 'error', err_no, err_msg: 'hata' };
}

function ask(
  answer: Record<string, unknown>,
  posted: { url: string; body: string }[] = [],
  order = refund,
): Promise<RefundAnswer> {
  return paytrSaying(answer, posted).sendRefund(order);
}

function paytrSaying(answer: Record<string, unknown>, posted: { url: string; body: string }[] = []): Paytr {
  const post: PostForm = (url, form) => {
    posted.push({ url, body: form.toString() });
    return Promise.resolve({ status: 200, text: JSON.stringify(answer) });
  };
  const baseUrl = 'https://gateway.example.com';
  return createPaytr({ ...FAKE_STORE, baseUrl, testMode: true, post });
}

async function paytrAnswering(
  answer: (req: IncomingMessage, res: ServerResponse) => unknown,
  change: Partial<PaytrSettings> = {},
): Promise<Paytr> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    server.close().closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${String(port)}`;
  return createPaytr({ ...FAKE_STORE, baseUrl, testMode: true, ...change });
}
