import { expect, it } from 'vitest';
import { createPaytr, type StatusAnswer } from '../../../src/billing/paytr/paytr.ts';
import { FAKE_STORE } from '../../support/fake-paytr.ts';

const paid = {
  status: 'success',
  payment_amount: '10,8',
  payment_total: '11.9',
  payment_date: '2026-03-01 12:00:00',
  currency: 'TL',
  taksit: '0',
  kart_marka: 'BONUS',
  masked_pan: '455359AAA6747',
  test_mode: 0,
  returns: [],
};

it('asks for one order, signed (vector V8)', async () => {
  const posted: { url: string; body: string }[] = [];
  await query(paid, posted);
  expect(posted[0]?.url).toBe('https://gateway.example.com/odeme/durum-sorgu');
  expect(Object.fromEntries(new URLSearchParams(posted[0]?.body))).toEqual({
    merchant_id: '123456',
    merchant_oid: 'SP1042A1X7F3',
    paytr_token: 'x6WPDxRqxCc2qfmd1vlP7Gi345j6dhAa9JXi/flFNxs=',
  });
});

it('reads what was paid, with comma or dot, into minor units', async () => {
  expect(await query(paid)).toEqual({
    ok: true,
    paymentAmountMinor: 1080,
    paymentTotalMinor: 1190,
    currency: 'TRY',
    testMode: false,
    maskedPan: '455359AAA6747',
    cardBrand: 'BONUS',
    paymentDate: '2026-03-01 12:00:00',
    details: {
      ...{ bank: null, installmentCount: 0, paymentType: null },
      ...{ feeMinor: null, netMinor: null, threeD: null },
    },
    raw: JSON.stringify(paid),
  });
});

it.each(['4355084355084358', '4355 0843 5508 4358', 4_355_084_355_084_358, 'card 4355-0843-5508-4358'])(
  'hides a whole card number that PayTR forgot to mask: %s',
  async (masked_pan) => {
    const answer = await query({ ...paid, masked_pan, payment_date: '20260301120000' });
    expect(answer).toMatchObject({ ok: true, paymentDate: '20260301120000' });
    expect(answer).toHaveProperty('maskedPan', expect.stringContaining('435508******4358'));
    expect(JSON.stringify(answer)).not.toMatch(/4355[ -]?0843[ -]?5508/);
  },
);

it('reads amounts that are not quoted, and does without the card', async () => {
  const bare = { status: 'success', payment_amount: 120.5, payment_total: 120.5, currency: 'USD' };
  const answer = await query({ ...bare, test_mode: '1' });
  expect(answer).toMatchObject({ paymentAmountMinor: 12050, currency: 'USD', testMode: true });
  expect(answer).not.toHaveProperty('maskedPan');
});

it.each([
  { payment_amount: '1.234' },
  { payment_total: undefined },
  { payment_amount: null },
  { currency: '' },
  { status: undefined },
])('takes nothing from an answer that is odd: %j', async (change) => {
  expect(await query({ ...paid, ...change })).toMatchObject({ ok: false, reason: 'unreadable' });
});

it.each(['004', 4])('tells that nothing was paid (err_no %j)', async (err_no) => {
  const err_msg = 'merchant_oid ile basarili odeme bulunamadi';
  expect(await query({ status: 'error', err_no, err_msg })).toEqual({
    ok: false,
    reason: 'no-successful-payment',
    gatewayMessage: `004 ${err_msg}`,
  });
});

it('tells a wrong signature from a payment that is not there', async () => {
  const answer = await query({ status: 'error', err_no: '003', err_msg: 'paytr_token gecersiz' });
  expect(answer).toMatchObject({ ok: false, reason: 'refused', gatewayMessage: '003 paytr_token gecersiz' });
});

it('keeps a huge answer within bounds', async () => {
  const answer = await query({ ...paid, masked_pan: '4'.repeat(30_000) });
  expect(answer.ok && answer.raw.length).toBe(4000);
  expect(answer.ok && answer.maskedPan?.length).toBe(100);
});

it('reports a network that is down', async () => {
  const paytr = createPaytr({
    ...FAKE_STORE,
    baseUrl: 'https://gateway.example.com',
    testMode: true,
    post: () => Promise.reject(new Error('getaddrinfo ENOTFOUND')),
  });
  expect(await paytr.queryStatus('SP1')).toEqual({
    ok: false,
    reason: 'unreachable',
    gatewayMessage: 'getaddrinfo ENOTFOUND',
  });
});

async function query(answer: object, posted: { url: string; body: string }[] = []): Promise<StatusAnswer> {
  const paytr = createPaytr({
    ...FAKE_STORE,
    baseUrl: 'https://gateway.example.com',
    testMode: true,
    post: (url, form) => {
      posted.push({ url, body: form.toString() });
      return Promise.resolve({ status: 200, text: JSON.stringify(answer) });
    },
  });
  return paytr.queryStatus('SP1042A1X7F3');
}
