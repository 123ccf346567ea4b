import { describe, expect, it } from 'vitest';
import { createPaytr, type Paytr } from '../../../src/billing/paytr/paytr.ts';
import { FAKE_STORE } from '../../support/fake-paytr.ts';

const sale = {
  islem_tipi: 'S',
  net_tutar: '1463.02',
  kesinti_tutari: '35.98',
  kesinti_orani: '2.40',
  islem_tutari: '1499.00',
  odeme_tutari: '1.499,00',
  islem_tarihi: '30.11.2026',
  para_birimi: 'TL',
  taksit: '0',
  kart_marka: 'BONUS',
  kart_no: '455359AAA6747',
  siparis_no: 'YAC1',
  odeme_tipi: 'KART',
};
const read = {
  kind: 'sale',
  merchant_oid: 'YAC1',
  day: '2026-11-30',
  amount_minor: 149_900,
  paid_minor: 149_900,
  net_minor: 146_302,
  fee_minor: 3598,
  currency: 'TRY',
  installment_count: 1,
  payment_type: 'KART',
  card_brand: 'BONUS',
  masked_card: '455359AAA6747',
};

/** A client whose gateway gives one answer, and what it was asked. */
function paytrAnswering(answer: unknown): { paytr: Paytr; posted: { path: string; fields: object }[] } {
  const posted: { path: string; fields: object }[] = [];
  const paytr = createPaytr({
    ...FAKE_STORE,
    baseUrl: 'https://gateway.example.com',
    testMode: false,
    post: (url, form) => {
      posted.push({ path: new URL(url).pathname, fields: Object.fromEntries(form) });
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      return Promise.resolve({ status: 200, text });
    },
  });
  return { paytr, posted };
}

const days = { from: '2026-11-28', to: '2026-11-30' };

describe('the transaction list', () => {
  it('is asked for by whole days', async () => {
    const { paytr, posted } = paytrAnswering({ status: 'failed' });
    await paytr.listTransactions(days);
    expect(posted).toMatchObject([
      {
        path: '/rapor/islem-dokumu',
        fields: { start_date: '2026-11-28 00:00:00', end_date: '2026-11-30 23:59:59' },
      },
    ]);
  });

  it.each([
    ['under data', { status: 'success', data: [sale] }],
    ['under another name', { status: 'success', returns: [sale] }],
    ['under numbers', { status: 'success', 0: sale }],
    ['without a list', { status: 'success', ...sale }],
  ])('is read wherever its rows are: %s', async (_where, answer) => {
    const report = await paytrAnswering(answer).paytr.listTransactions(days);
    expect(report).toMatchObject({ ok: true, rows: [read], problems: [] });
  });

  it('hides a whole card number, also in the bytes that are kept', async () => {
    const { paytr } = paytrAnswering({ status: 'success', data: [{ ...sale, kart_no: '4355084355084358' }] });
    const report = await paytr.listTransactions(days);
    expect(report).toMatchObject({ rows: [{ ...read, masked_card: '435508******4358' }] });
    expect(JSON.stringify(report)).not.toContain('4355084355084358');
  });

  it('reads money given back without its sign', async () => {
    const row = { ...sale, islem_tipi: 'I', islem_tutari: '-12.64', odeme_tutari: '-12.64' };
    const report = await paytrAnswering({ status: 'success', data: [row] }).paytr.listTransactions(days);
    expect(report).toMatchObject({ rows: [{ kind: 'return', amount_minor: 1264, paid_minor: 1264 }] });
  });

  it('keeps the good rows beside bad ones, and names field and fault', async () => {
    const bad = [
      { ...sale, islem_tutari: 'many' },
      { ...sale, islem_tarihi: '31.02.2026' },
      { ...sale, islem_tipi: 'X' },
      { ...sale, para_birimi: '' },
      { ...sale, taksit: 'two' },
      { ...sale, para_birimi: 'LIRA' },
      { ...sale, odeme_tutari: '9999999999999,99' },
    ];
    const report = await paytrAnswering({ status: 'success', data: [...bad, sale] }).paytr.listTransactions(
      days,
    );
    expect(report).toMatchObject({
      rows: [read],
      problems: [
        'row 1: islem_tutari is "many", no amount',
        'row 2: islem_tarihi is "31.02.2026", no day',
        'row 3: islem_tipi is "X", neither S nor I',
        'row 4: para_birimi is missing',
        'row 5: taksit is "two", no number of instalments',
        'row 6: para_birimi is "LIRA", no currency',
        'row 7: odeme_tutari is "9999999999999,99", no amount',
      ],
    });
  });

  it.each([
    ['nothing in those days', { status: 'failed', err_msg: 'yok' }, { ok: true, rows: [] }],
    [
      'a refusal',
      { status: 'error', err_no: '001', err_msg: 'no' },
      { reason: 'refused', gatewayMessage: '001 no' },
    ],
    ['a success without rows', { status: 'success' }, { reason: 'unreadable' }],
    ['another status', { status: 'maybe' }, { reason: 'unreadable' }],
    ['a page', '<html>', { reason: 'unreadable' }],
  ])('tells %s apart', async (_what, answer, expected) => {
    expect(await paytrAnswering(answer).paytr.listTransactions(days)).toMatchObject(expected);
  });
});

it('reads payouts, and leaves out those to come', async () => {
  const answer = {
    status: 'success',
    data: [
      {
        date_paid: '2026-11-30',
        currency: 'TL',
        sales: '950.95',
        return: '12.64',
        net: '-938,31',
        merchant_iban: 'TR00',
      },
    ],
    future_payments: { '2026-12-01': { TL: { net_amounts: '1', date_paid: '2026-12-01' } } },
  };
  const { paytr, posted } = paytrAnswering(answer);
  const payout = { day: '2026-11-30', currency: 'TRY', iban: 'TR00' };
  const sums = { sales_minor: 95_095, returns_minor: 1264, net_minor: -93_831 };
  expect(await paytr.listPayouts(days)).toMatchObject({ rows: [{ ...payout, ...sums }] });
  expect(posted).toMatchObject([{ path: '/rapor/odeme-dokumu', fields: { start_date: '2026-11-28' } }]);
});

it('reads the orders of a payout', async () => {
  const { paytr, posted } = paytrAnswering({
    status: 'success',
    data: [{ merchant_oid: 'YAC1', payment: 938.31, currency: 'USD' }],
  });
  const line = { merchant_oid: 'YAC1', currency: 'USD', amount_minor: 93_831 };
  expect(await paytr.listPayoutLines('2026-11-30')).toMatchObject({ rows: [line] });
  expect(posted).toMatchObject([{ path: '/rapor/odeme-detayi', fields: { date: '2026-11-30' } }]);
});
