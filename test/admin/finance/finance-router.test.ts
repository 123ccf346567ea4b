import { beforeAll, describe, expect, it } from 'vitest';
import { findPayments } from '../../../src/billing/finance/find-payments.ts';
import { readPaymentSearch } from '../../../src/billing/finance/payment-search.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
let olivia: Visitor;

const inJune = new Date('2026-06-15T09:00:00Z');
/** The last minute of June in Istanbul, which is still June there and in UTC. */
const lastOfJune = new Date('2026-06-30T20:59:00Z');
const firstOfJuly = new Date('2026-06-30T21:00:00Z');

const paid = (at: Date): Record<string, unknown> => ({
  ...{ created_at: at, decided_at: at, paid_at: at, status: 'success' },
});

beforeAll(async () => {
  cast = await buildCast(test.db);
  olivia = await signIn(test.app, cast.olivia);
  const acme = { company_id: cast.acme.id, user_id: cast.alice.id };
  const globex = { company_id: cast.globex.id, user_id: cast.charlie.id };
  await buildPayment(test.db, { ...acme, ...paid(inJune), charged_minor: 149_900 });
  await buildPayment(test.db, { ...globex, ...paid(lastOfJune), charged_minor: 165_000 });
  await buildPayment(test.db, { ...acme, ...paid(firstOfJuly), charged_minor: 149_900 });
  const euro = { currency: 'EUR', amount_minor: 4500, charged_minor: 4500 };
  const review = { status: 'review', review_reason: 'refunded', paid_at: null };
  await buildPayment(test.db, { ...acme, ...paid(inJune), ...euro, ...review });
  const [refundedPayment] = await test
    .db('payments')
    .where('charged_minor', 165_000)
    .select('id', 'company_id');
  const panel = {
    ...{ payment_id: refundedPayment.id, company_id: refundedPayment.company_id, source: 'panel' },
    ...{ currency: 'TRY', amount_minor: 65_000, requested_at: inJune, ends_paid_time: false },
  };
  await test.db('refunds').insert({ ...panel, state: 'done', decided_at: inJune });
  // One that the gateway refused gave nothing back.
  await test.db('refunds').insert({
    ...{ ...panel, source: 'ours', reference_no: 'RREFUSED', policy: 'other', reason: 'asked for' },
    ...{ state: 'refused', decided_at: inJune, requested_by: cast.olivia.id, confirmed_by: cast.olivia.id },
    ...{ confirmed_at: inJune, sent_at: inJune, times_sent: 1 },
  });
  const declined = { status: 'failed', created_at: inJune, decided_at: inJune };
  await buildPayment(test.db, { ...acme, ...declined });
});

/** The sums of the CSV's lines, by kind and currency, in minor units. */
function sumsOf(csv: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of csv.split('\r\n').slice(1).filter(Boolean)) {
    const cells = line.split(',');
    const key = `${cells[0] ?? ''} ${cells[6] ?? ''}`;
    sums[key] = (sums[key] ?? 0) + Math.round(Number(cells[7] || cells[8]) * 100);
  }
  return sums;
}

describe('the money of a month', () => {
  it('says what was charged by currency and state, and its CSV has the same sums', async () => {
    const page = await olivia.get('/admin/finance?month=2026-06');
    expect(page.status).toBe(200);
    // 1,499.00 and 1,650.00; the euros wait for a person; nothing is added across currencies.
    for (const text of [
      '₺3,149.00',
      '₺650.00',
      '1 refund',
      '<dd class="stat-value">₺2,499.00</dd>',
      '€45.00',
      'In review',
      'Declined',
      'June 2026',
    ])
      expect(page.text).toContain(text);
    expect(page.text).not.toContain('₺4,648.00');
    // The scale of the chart has whole units, and loses none of them.
    expect(page.text).toMatch(/<text class="chart-label"[^>]*>₺4,000<\/text>/);
    const csv = await olivia.get('/admin/finance.csv?month=2026-06');
    expect(sumsOf(csv.text)).toEqual({ 'charge TRY': 314_900, 'charge EUR': 4500, 'refund TRY': 65_000 });
    expect(csv.headers['content-disposition']).toContain('finance-2026-06.csv');
    const rows = test
      .db('audit_logs')
      .whereLike('action_type', 'finance_export%')
      .orderBy('id')
      .select('user_id', 'details');
    await expect.poll(() => rows.clone()).toHaveLength(2);
    expect(await rows).toMatchObject([
      { user_id: cast.olivia.id, details: { month: '2026-06' } },
      { user_id: cast.olivia.id, details: { month: '2026-06', rows: 4 } },
    ]);
  });

  it('of billions has few signs at the scale of its chart, and every kuruş in the table', async () => {
    const at = new Date('2026-03-10T09:00:00Z');
    const minor = 250_000_000_049;
    await buildPayment(test.db, {
      ...{ company_id: cast.acme.id, user_id: cast.alice.id, ...paid(at), charged_minor: minor },
    });
    const page = (await olivia.get('/admin/finance?month=2026-03')).text;
    expect(page).toContain('₺2,500,000,000.49');
    const labels = Array.from(page.matchAll(/text-anchor="end">([^<]+)</g), ([, label]) => label);
    expect(labels).toEqual(['₺3bn', '₺2bn', '₺1bn', '₺0']);
  });

  it('begins and ends at midnight in Istanbul', async () => {
    const july = await olivia.get('/admin/finance.csv?month=2026-07');
    expect(sumsOf(july.text)).toEqual({ 'charge TRY': 149_900 });
  });

  it('says so when there is none', async () => {
    const page = await olivia.get('/admin/finance?month=2025-01');
    expect(page.text).toContain('No money in this month');
    expect(page.text).toContain('Nothing was charged in these twelve months.');
  });

  it('shows a charge whose amount nobody knows yet, so that a month is not closed without it', async () => {
    const unread = {
      status: 'review',
      review_reason: 'amount_unreadable',
      paid_at: null,
      charged_minor: null,
    };
    await buildPayment(test.db, {
      ...{ company_id: cast.acme.id, user_id: cast.alice.id, ...paid(new Date('2026-03-03T09:00:00Z')) },
      ...unread,
    });
    const page = (await olivia.get('/admin/finance?month=2026-03')).text;
    expect(page).not.toContain('No money in this month');
    expect(page).toMatch(/In review, amount unknown<\/th><td[^>]*>1</);
  });

  it('stays where a payment was charged when it is accepted later', async () => {
    const { id } = await buildPayment(test.db, {
      ...{ company_id: cast.acme.id, user_id: cast.alice.id, ...paid(inJune), paid_at: null },
      ...{ currency: 'USD', amount_minor: 5000, charged_minor: 5000 },
      ...{ status: 'review', review_reason: 'too_far_ahead' },
    });
    await test
      .db('payments')
      .where({ id })
      .update({ status: 'success', review_reason: null, paid_at: firstOfJuly, decided_at: firstOfJuly });
    expect(sumsOf((await olivia.get('/admin/finance.csv?month=2026-06')).text)).toMatchObject({
      'charge USD': 5000,
    });
    expect(sumsOf((await olivia.get('/admin/finance.csv?month=2026-07')).text)).not.toHaveProperty(
      'charge USD',
    );
  });
});

describe('the documents of a month', () => {
  /** The sums of the lines' documents and of their tax, by currency, in minor units. */
  const documentsOf = (csv: string): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const line of csv.split('\r\n').slice(1).filter(Boolean)) {
      const cells = line.split(',');
      const sign = ['refund', 'reversal'].includes(cells[0] ?? '') ? -1 : 1;
      for (const [name, place] of [['total', 14] as const, ['tax', 9] as const]) {
        const key = `${name} ${cells[6] ?? ''}`;
        sums[key] = (sums[key] ?? 0) + sign * Math.round(Number(cells[place]) * 100);
      }
    }
    return sums;
  };

  it('have the sums of the page in the CSV, also where the money belongs to another month', async () => {
    // Charged in the last minutes of September, accepted and invoiced in October; half given back at once,
    // a sixth in October itself.
    const charged = new Date('2026-09-30T20:50:00Z');
    const accepted = new Date('2026-09-30T21:10:00Z');
    const payment = await buildPayment(test.db, {
      ...{ company_id: cast.acme.id, user_id: cast.alice.id, ...paid(charged), currency: 'USD' },
      ...{ amount_minor: 12_000, charged_minor: 12_000 },
    });
    const paper = {
      ...{ payment_id: payment.id, company_id: cast.acme.id, year: 2026, number: 77, plan: 'team' },
      ...{ period_start: charged, period_end: accepted, currency: 'USD', tax_percent: 20 },
      ...{ buyer: '{}', seller: '{}', issued_at: accepted },
    };
    const [invoice] = await test
      .db('invoices')
      .insert({ ...paper, invoice_no: 'YAC2026000000077', total_minor: 12_000, tax_minor: 2000 })
      .returning<{ id: number }[]>('id');
    for (const [number, at, total_minor, tax_minor] of [
      [77, charged, 6000, 1000],
      [78, accepted, 2000, 333],
    ] as const) {
      const [refund] = await test
        .db('refunds')
        .insert({
          ...{ payment_id: payment.id, company_id: cast.acme.id, source: 'panel', currency: 'USD' },
          ...{ amount_minor: total_minor, requested_at: at, decided_at: at, state: 'done' },
        })
        .returning<{ id: number }[]>('id');
      await test.db('reversals').insert({
        ...{ ...paper, invoice_id: invoice?.id, refund_id: refund?.id, number },
        ...{ reversal_no: `YAR20260000000${String(number)}`, invoice_no: 'YAC2026000000077' },
        ...{ total_minor, tax_minor },
      });
    }
    const september = (await olivia.get('/admin/finance.csv?month=2026-09')).text;
    const october = (await olivia.get('/admin/finance.csv?month=2026-10')).text;
    expect(september).toContain('charge,2026-09-30T23:50:00+03:00');
    expect(documentsOf(september)).toEqual({ 'total USD': 0, 'tax USD': 0 });
    expect(october).toContain('receipt,2026-10-01T00:10:00+03:00');
    expect(documentsOf(october)).toEqual({ 'total USD': 4000, 'tax USD': 667 });
    const page = (await olivia.get('/admin/finance?month=2026-10')).text;
    for (const text of ['$120.00', '$20.00', '$80.00', '$13.33']) expect(page).toContain(text);
    // Nothing was ordered in that month: a table of states would have no row.
    expect(page).not.toContain('By state, USD');
  });

  it('stand beside the months of the table in the order of the currencies', async () => {
    const page = (await olivia.get('/admin/finance?month=2026-06')).text;
    const of = (pattern: RegExp): string[] => Array.from(page.matchAll(pattern), ([, name]) => name ?? '');
    const named = of(/<td data-label="Currency">([A-Z]{3})</g);
    expect(named.slice(0, 3)).toEqual(['TRY', 'USD', 'EUR']);
    expect([...new Set(of(/Charged by month, ([A-Z]{3})/g))]).toEqual(['TRY', 'USD', 'EUR']);
  });
});

describe('something that does not add up', () => {
  const difference = async (about: string): Promise<number> => {
    const [row] = await test
      .db('finance_differences')
      .insert({
        ...{ kind: 'amount_differs', about, currency: 'TRY', ours_minor: 100, theirs_minor: 200 },
        ...{ company_id: cast.acme.id, found_at: new Date(), last_seen_at: new Date() },
      })
      .returning('id');
    return (row as { id: number }).id;
  };

  it('stands on the page with what to do, until an operator explains it', async () => {
    expect((await olivia.get('/admin/finance')).text).toContain('Everything adds up');
    const id = await difference('ORDER1');
    const page = await olivia.get('/admin/finance');
    for (const text of ['ORDER1', '₺1.00', '₺2.00', 'Refund the difference'])
      expect(page.text).toContain(text);
    const path = `/admin/finance/differences/${String(id)}`;
    expect((await olivia.post(`${path}/close`, { note: ' ' })).status).toBe(422);
    const closed = await olivia.post(`${path}/close`, { note: 'An instalment surcharge.' });
    expect(closed.status).toBe(303);
    expect((await olivia.get('/admin/finance')).text).not.toContain('ORDER1');
    expect((await olivia.get(path)).text).toContain('An instalment surcharge.');
    const [row] = await test.db('audit_logs').where('action_type', 'finance_difference_closed');
    expect(row).toMatchObject({
      ...{ user_id: cast.olivia.id, company_id: cast.acme.id },
      details: { difference_kind: 'amount_differs', about: 'ORDER1', note: 'An instalment surcharge.' },
    });
    // A second explanation changes nothing.
    await olivia.post(`${path}/close`, { note: 'Another.' });
    expect((await olivia.get(path)).text).not.toContain('Another.');
  });

  it('does not exist for others, and an unknown one for nobody', async () => {
    const id = await difference('ORDER2');
    const alice = await signIn(test.app, cast.alice);
    expect((await alice.get(`/admin/finance/differences/${String(id)}`)).status).toBe(404);
    expect((await alice.get('/admin/finance/search?q=499')).status).toBe(404);
    expect((await olivia.get('/admin/finance/differences/999999')).status).toBe(404);
  });
});

describe('the search for a payment', () => {
  it.each(['1,650.00', '1.499,00 TL 15.06.2026', '45 EUR'])('finds what was asked for: %s', async (text) => {
    const page = await olivia.get(`/admin/finance/search?${new URLSearchParams({ q: text }).toString()}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('/admin/finance/payments/');
  });

  it('finds by order number in any case, by payer, and by the digits of a masked card', async () => {
    const found = async (text: string): Promise<string[]> => {
      const { rows } = await findPayments(test.db, readPaymentSearch(text) ?? {}, {});
      return rows.map(({ merchant_oid }) => merchant_oid);
    };
    const { merchant_oid, id } = await buildPayment(test.db, {
      ...{ company_id: cast.globex.id, user_id: cast.bob.id, merchant_oid: 'YACFEEDC0FFEE' },
    });
    expect(await found('yacfeedc0ffee')).toEqual([merchant_oid]);
    expect(await found(cast.bob.email.toUpperCase())).toEqual([merchant_oid]);
    const [report] = await test
      .db('gateway_reports')
      .insert({
        ...{ kind: 'transactions', from_day: '2026-06-01', to_day: '2026-06-01', body: Buffer.from('{}') },
        ...{ row_count: 1, problems: '[]', fetched_at: inJune, last_fetched_at: inJune },
      })
      .returning('id');
    await test.db('gateway_movements').insert({
      ...{ report_id: (report as { id: number }).id, kind: 'sale', merchant_oid, payment_id: id },
      ...{ day: '2026-06-01', ordinal: 1, amount_minor: 1, paid_minor: 1, currency: 'TRY' },
      masked_card: '455359AAA6747',
    });
    expect(await found('4553 59** **** 6747')).toEqual([merchant_oid]);
    expect(await found('455359******6748')).toEqual([]);
  });

  it('finds by the day and the currency of the charge, as a statement of the bank names them', async () => {
    const found = async (text: string): Promise<string[]> => {
      const { rows } = await findPayments(test.db, readPaymentSearch(text) ?? {}, {});
      return rows.map(({ merchant_oid }) => merchant_oid);
    };
    const { merchant_oid } = await buildPayment(test.db, {
      ...{ company_id: cast.acme.id, user_id: cast.alice.id, ...paid(new Date('2026-08-14T21:04:00Z')) },
      ...{
        created_at: new Date('2026-08-14T20:58:00Z'),
        paid_at: null,
        currency: 'TRY',
        amount_minor: 77_700,
      },
      ...{ status: 'review', review_reason: 'currency_mismatch' },
      ...{ charged_minor: 77_700, charged_currency: 'EUR' },
    });
    for (const text of ['777 14.08.2026', '777,00 15.08.2026', '777 EUR', '777 TRY', 'EUR 2026-08-15'])
      expect(await found(text), text).toEqual([merchant_oid]);
    for (const text of ['777 13.08.2026', '777 16.08.2026', '777 USD', 'USD 2026-08-15'])
      expect(await found(text), text).toEqual([]);
  });

  it('says what it can read when it cannot read the words, and keeps them', async () => {
    const page = await olivia.get('/admin/finance/search?q=what%20is%20this');
    expect(page.status).toBe(422);
    expect(page.text).toContain('value="what is this"');
    expect(page.text).toContain('Never type a whole card number');
    const none = await olivia.get('/admin/finance/search?q=YAC999999');
    expect(none.text).toContain('No payment found');
  });
});
