import { createHmac } from 'node:crypto';
import supertest from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCompany, buildPayment, buildUser } from '../../support/programs/build.ts';
import { FAKE_STORE, signedCallback } from '../../support/fake-paytr.ts';
import { auditOf, moneyState, notify } from '../scene.ts';
import { pastTriggers } from '../../support/postgres/past-triggers.ts';

const test = useTestApp();
let companyId: number;
let userId: number;
let order: { id: number; merchant_oid: string };

beforeEach(async () => {
  const company = await buildCompany(test.db);
  const user = await buildUser(test.db, { company_id: company.id, role: 'admin' });
  companyId = company.id;
  userId = user.id;
  order = await buildPayment(test.db, { company_id: companyId, user_id: userId });
  await test.forgetMails();
  test.logLines.length = 0;
});

const state = (): ReturnType<typeof moneyState> => moneyState(test.db, companyId, order.merchant_oid);
const paid = (overrides = {}): string =>
  signedCallback({ merchant_oid: order.merchant_oid, total_amount: '149900' }, overrides);
const declined = (fields: Record<string, string> = {}): string =>
  signedCallback({
    merchant_oid: order.merchant_oid,
    status: 'failed',
    total_amount: '0',
    failed_reason_code: '0',
    failed_reason_msg: 'Limit yetersiz',
    ...fields,
  });

function expectAcknowledged(response: supertest.Response): void {
  expect(response.status).toBe(200);
  expect(Buffer.from(response.text)).toEqual(Buffer.from('OK'));
  expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(response.headers['set-cookie']).toBeUndefined();
}

function expectNotAcknowledged(response: supertest.Response, status: number): void {
  expect(response.status).toBe(status);
  expect(response.text).not.toMatch(/OK|<|\bat .*:\d+:\d+|Error:/);
  expect(response.text.length).toBeLessThan(60);
  expect(response.headers['content-type']).toContain('text/plain');
  expect(response.headers['set-cookie']).toBeUndefined();
}

describe('a success notification', () => {
  it('activates the plan, issues one invoice and records everything, then is acknowledged', async () => {
    expectAcknowledged(await notify(test.app, paid()));
    const now = await state();
    expect(now.payment).toMatchObject({ status: 'success', charged_minor: 149_900, gateway_token: null });
    expect(now.payment.paid_at).toBeInstanceOf(Date);
    expect(now.subscription).toMatchObject({ plan: 'team', billing_currency: 'TRY' });
    expect(now.invoices).toMatchObject([{ total_minor: 149_900 }]);
    expect(now.invoices[0]?.period_end).toEqual(now.subscription.period_ends_at);
    expect(now.actions).toEqual(['subscription_change', 'invoice_issued', 'payment_callback_success']);
    expect(now.callbacks).toMatchObject([{ outcome: 'paid', received_count: 1 }]);
    expect(now.callbacks[0]?.body.toString()).toBe(paid());
  });

  it('leaves rows whose actor is the gateway, and whose company, person and payment are the order’s', async () => {
    await notify(test.app, paid());
    const rows = await auditOf(test.db, companyId);
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      expect(row).toMatchObject({ actor_type: 'gateway', user_id: userId, company_id: companyId });
      expect(row.success).toBe(true);
    }
    const row = rows.find((each) => each.action_type === 'payment_callback_success');
    const { invoices } = await state();
    expect(row).toMatchObject({ resource_type: 'payment', resource_id: String(order.id) });
    expect(row?.details).toMatchObject({
      merchant_oid: order.merchant_oid,
      plan: 'team',
      amount_minor: 149_900,
      charged_minor: 149_900,
      currency: 'TRY',
      test_mode: false,
      invoice_no: invoices[0]?.invoice_no,
      period_start: invoices[0]?.period_start.toISOString(),
      period_end: invoices[0]?.period_end.toISOString(),
    });
    expect(row?.details.callback_id).toEqual(expect.any(Number));
    expect(JSON.stringify(rows)).not.toContain('hash');
  });

  it('sends the person who paid one receipt, in their language, with a link that works', async () => {
    await test.db('users').where('id', userId).update({ locale: 'tr' });
    await notify(test.app, paid());
    await notify(test.app, paid());
    const { invoices } = await state();
    const person = await test.db('users').where('id', userId).first<{ email: string }>('email');
    expect(await test.mails()).toHaveLength(1);
    expect((await test.mails())[0]?.to).toBe(person.email);
    expect((await test.mails())[0]?.subject).toContain(invoices[0]?.invoice_no);
    expect((await test.mails())[0]?.text).toContain('₺1.499,00');
    expect((await test.mails())[0]?.text).toMatch(/http:\/\/localhost:3000\/billing\/invoices\/\d+/);
  });

  it('sends a receipt over what was charged, instalment surcharge included, as the invoice is', async () => {
    const fields = { merchant_oid: order.merchant_oid, total_amount: '165000', payment_amount: '149900' };
    await notify(test.app, signedCallback({ ...fields, installment_count: '6' }));
    const { invoices } = await state();
    expect(invoices).toMatchObject([{ total_minor: 165_000 }]);
    expect(await test.mails()).toHaveLength(1);
    expect((await test.mails())[0]?.subject).toContain('₺1,650.00');
    expect((await test.mails())[0]?.text).toContain('Amount: ₺1,650.00, VAT included');
    expect((await test.mails())[0]?.text).not.toContain('1,499');
  });

  it('sent again is acknowledged, changes nothing and only counts up', async () => {
    await notify(test.app, paid());
    const before = await state();
    expectAcknowledged(await notify(test.app, paid()));
    const after = await state();
    expect(after).toEqual({ ...before, callbacks: [{ ...before.callbacks[0], received_count: 2 }] });
  });

  it('sent again in other words is kept, and changes nothing', async () => {
    await notify(test.app, paid());
    expectAcknowledged(await notify(test.app, paid({ installment_count: '3' })));
    const now = await state();
    expect(now.callbacks.map((each) => each.outcome)).toEqual(['paid', 'repeat']);
    expect(now.invoices).toHaveLength(1);
    expect(now.actions.filter((action) => action.startsWith('payment_callback'))).toHaveLength(1);
  });

  it('is honoured after a failure, an expiry and a refusal of ours', async () => {
    for (const status of ['failed', 'expired', 'refused']) {
      order = await buildPayment(test.db, { company_id: companyId, user_id: userId, status });
      expectAcknowledged(await notify(test.app, paid()));
      expect((await state()).payment.status).toBe('success');
    }
    expect((await state()).invoices).toHaveLength(3);
  });

  it('accepts more than the order, keeps both amounts and invoices what was charged', async () => {
    const body = signedCallback({
      merchant_oid: order.merchant_oid,
      total_amount: '165000',
      payment_amount: '149900',
      installment_count: '6',
    });
    expectAcknowledged(await notify(test.app, body));
    const now = await state();
    expect(now.payment).toMatchObject({
      status: 'success',
      amount_minor: 149_900,
      charged_minor: 165_000,
      installment_count: 6,
    });
    expect(now.invoices).toMatchObject([{ total_minor: 165_000 }]);
  });

  it.each([
    ['an amount below the order', { total_amount: '149899' }, {}, 'amount_below_order'],
    ['an amount that is no whole number', { total_amount: '1499.00' }, {}, 'amount_unreadable'],
    ['another currency', { total_amount: '149900' }, { currency: 'USD' }, 'currency_mismatch'],
    ['test money for a live order', { total_amount: '149900' }, { test_mode: '1' }, 'test_payment'],
  ])('with %s is acknowledged, held for review and never activates', async (_, fields, overrides, reason) => {
    const body = signedCallback({ merchant_oid: order.merchant_oid, ...fields }, overrides);
    expectAcknowledged(await notify(test.app, body));
    expectAcknowledged(await notify(test.app, body));
    const now = await state();
    expect(now.payment).toMatchObject({ status: 'review', review_reason: reason, paid_at: null });
    expect(now.subscription).toMatchObject({ plan: 'trial', period_ends_at: null });
    expect(now.invoices).toEqual([]);
    expect(now.actions).toEqual(['payment_callback_failure']);
    const [row] = await auditOf(test.db, companyId);
    expect(row).toMatchObject({ success: false, error_message: reason, actor_type: 'gateway' });
    expect(row?.details.currency).toBe('TRY');
    expect(test.logLines.filter((line) => line.level === 50)).toHaveLength(1);
    expect(await test.mails()).toEqual([]);
  });

  it('that does not name its currency is taken for the order’s, and the row says so', async () => {
    expectAcknowledged(await notify(test.app, paid({ currency: undefined })));
    expect((await state()).payment.status).toBe('success');
    const rows = await auditOf(test.db, companyId);
    expect(rows.at(-1)?.details).toMatchObject({ currency: 'TRY', currency_reported: null });
  });
});

describe('a failure notification', () => {
  it('is acknowledged, keeps code and text, and is a failure row with the reason', async () => {
    expectAcknowledged(await notify(test.app, declined()));
    const now = await state();
    expect(now.payment).toMatchObject({
      status: 'failed',
      failed_reason_code: '0',
      failed_reason_message: 'Limit yetersiz',
      charged_minor: null,
    });
    expect(now.subscription.period_ends_at).toBeNull();
    expect(now.invoices).toEqual([]);
    const rows = await auditOf(test.db, companyId);
    expect(rows).toMatchObject([
      { action_type: 'payment_callback_failure', success: false, actor_type: 'gateway', user_id: userId },
    ]);
    expect(rows[0]?.error_message).toContain('Limit yetersiz');
    expect(await test.mails()).toEqual([]);
  });

  it('after a success is acknowledged and changes nothing', async () => {
    await notify(test.app, paid());
    const before = await state();
    expectAcknowledged(await notify(test.app, declined()));
    const after = await state();
    expect(after.callbacks.map((each) => each.outcome)).toEqual(['paid', 'ignored']);
    expect({ ...after, callbacks: [] }).toEqual({ ...before, callbacks: [] });
  });

  it('with another text after a failure is only kept', async () => {
    await notify(test.app, declined());
    expectAcknowledged(await notify(test.app, declined({ failed_reason_msg: 'Something else' })));
    const now = await state();
    expect(now.payment.failed_reason_message).toBe('Limit yetersiz');
    expect(now.callbacks).toHaveLength(2);
    expect(now.actions).toEqual(['payment_callback_failure']);
  });

  it.each([
    ['a code nobody knows', { failed_reason_code: 'X-9000' }],
    ['a code of ten thousand characters', { failed_reason_code: '9'.repeat(10_000) }],
    ['a text of forty thousand characters', { failed_reason_msg: 'ş'.repeat(7000) }],
    ['null bytes', { failed_reason_msg: 'a\0b', failed_reason_code: '\0' }],
    ['half characters', { failed_reason_msg: '\u{1f4b3}'.repeat(300) }],
    ['no reason at all', { failed_reason_msg: '', failed_reason_code: '' }],
  ])('with %s is kept, cut to a bound, and acknowledged', async (_, fields) => {
    expectAcknowledged(await notify(test.app, declined(fields)));
    const now = await state();
    expect(now.payment.status).toBe('failed');
    expect((now.payment.failed_reason_message ?? '').length).toBeLessThanOrEqual(500);
    expect((now.payment.failed_reason_code ?? '').length).toBeLessThanOrEqual(50);
    expect(now.actions).toEqual(['payment_callback_failure']);
  });

  it('with bytes that are no UTF-8 is kept as it came and acknowledged', async () => {
    const body = Buffer.concat([
      Buffer.from(`${declined({})}&x=`),
      Buffer.from('%ff%00'),
      Buffer.from('&y=a%C3'),
    ]);
    expectAcknowledged(await notify(test.app, body));
    const now = await state();
    expect(now.callbacks[0]?.body.equals(body)).toBe(true);
  });
});

describe('a bank transfer that was announced', () => {
  it('is noted and acknowledged: nothing is paid yet', async () => {
    const parts = [order.merchant_oid, 'isbank', FAKE_STORE.merchantSalt].join('');
    const hash = createHmac('sha256', FAKE_STORE.merchantKey).update(parts).digest('base64');
    const fields = { merchant_oid: order.merchant_oid, status: 'info', bank: 'isbank', hash };
    expectAcknowledged(await notify(test.app, new URLSearchParams(fields).toString()));
    const now = await state();
    expect(now.payment.status).toBe('pending');
    expect(now.callbacks).toMatchObject([{ outcome: 'ignored' }]);
  });
});

describe('a notification that must come again', () => {
  it.each(['info', 'waiting', 'SUCCESS'])(
    'with the status %s is kept, refused and reported',
    async (status) => {
      const body = signedCallback({ merchant_oid: order.merchant_oid, status, total_amount: '149900' });
      expectNotAcknowledged(await notify(test.app, body), 400);
      const now = await state();
      expect(now.payment.status).toBe('pending');
      expect(now.actions).toEqual([]);
      expect(now.callbacks).toMatchObject([{ outcome: 'unknown-status' }]);
      expect(test.logLines.some((line) => line.level === 50)).toBe(true);
    },
  );

  it.each(['NOSUCHORDER1', 'with-hyphen', 'ş', 'nul\0byte', 'x'.repeat(5000)])(
    'for an order we do not know is kept, refused and reported',
    async (merchant_oid) => {
      const body = signedCallback({ merchant_oid, total_amount: '149900' });
      expectNotAcknowledged(await notify(test.app, body), 404);
      expectNotAcknowledged(await notify(test.app, body), 404);
      const kept = await test
        .db('payment_callbacks')
        .whereNull('payment_id')
        .where('body', Buffer.from(body))
        .select<{ outcome: string; received_count: number }[]>('outcome', 'received_count');
      expect(kept).toEqual([{ outcome: 'unknown-order', received_count: 2 }]);
      expect(test.logLines.some((line) => line.level === 50)).toBe(true);
    },
  );

  it('with a wrong hash leaves a bounded security event, no evidence and no hash in the log', async () => {
    const hash = 'c2lnbmF0dXJlLW9mLWEtc3RyYW5nZXItMTIzNDU2Nzg5MDEyMzQ=';
    const forged = paid({ hash, note: 'x'.repeat(20_000) });
    expectNotAcknowledged(await notify(test.app, forged), 400);
    const now = await state();
    expect(now.payment.status).toBe('pending');
    expect(now.actions).toEqual([]);
    expect(now.callbacks).toEqual([]);
    const events = await test
      .db('security_events')
      .select<{ kind: string; details: object }[]>('kind', 'details');
    const text = JSON.stringify(events);
    expect(events.at(-1)?.kind).toBe('unsigned-callback');
    expect(text.length).toBeLessThan(5000);
    expect(text + JSON.stringify(test.logLines)).not.toContain(hash);
  });

  it.each([
    ['nothing', ''],
    ['JSON', '{"merchant_oid":"x"}'],
    ['noise', '%%%&&&==='],
    ['a repeated field', 'merchant_oid=a&merchant_oid=b&status=success&total_amount=1&hash=x'],
    ['no hash', 'merchant_oid=a&status=success&total_amount=1'],
  ])('that has %s is refused without evidence', async (_, body) => {
    const before = await test.db('payment_callbacks').count<{ count: number }[]>('*').first();
    expectNotAcknowledged(await notify(test.app, body), 400);
    expect(await test.db('payment_callbacks').count<{ count: number }[]>('*').first()).toEqual(before);
  });

  it('larger than 1 MB is refused in plain text', async () => {
    expectNotAcknowledged(await notify(test.app, `${paid()}&x=${'y'.repeat(1_100_000)}`), 413);
    expect((await state()).payment.status).toBe('pending');
  });

  it('is not the answer to a visit, and every other way in is refused', async () => {
    for (const method of ['get', 'put', 'delete', 'patch'] as const) {
      const response = await supertest(test.app)[method]('/billing/callback');
      expectNotAcknowledged(response, 405);
      expect(response.headers.allow).toBe('POST');
    }
  });
});

describe('the callback address', () => {
  it('takes any content type, and relies on no form parser', async () => {
    for (const type of ['text/plain', 'application/octet-stream', 'application/json']) {
      const response = await supertest(test.app)
        .post('/billing/callback')
        .set('content-type', type)
        .serialize((sent: unknown) => String(sent))
        .send(paid());
      expectAcknowledged(response);
    }
    expect((await state()).invoices).toHaveLength(1);
  });

  it('asks for no form token and no sign-in, and gives no cookie whatever the browser sends', async () => {
    const response = await supertest(test.app)
      .post('/billing/callback')
      .set({ origin: 'https://elsewhere.example.com', 'sec-fetch-site': 'cross-site', cookie: 'yac=forged' })
      .type('form')
      .send(paid());
    expectAcknowledged(response);
  });

  it('is never limited in rate: 200 quick posts are all read', async () => {
    await notify(test.app, paid());
    const statuses = new Set<number>();
    for (let round = 0; round < 10; round += 1) {
      const responses = await Promise.all(Array.from({ length: 20 }, () => notify(test.app, paid())));
      for (const response of responses) statuses.add(response.status);
    }
    expect([...statuses]).toEqual([200]);
    expect((await state()).callbacks).toMatchObject([{ received_count: 201 }]);
  });

  it('verifies PayTR’s published formula: total, status and order as they were sent', async () => {
    // Vectors V3, V4 and N1 of the formula, for the order SP1042A1X7F3 of 120.50 TL.
    await pastTriggers(test.database.ownerDb, 'payments', (rows) =>
      rows.where('id', order.id).update({ merchant_oid: 'SP1042A1X7F3', amount_minor: 12_050 }),
    );
    order = { ...order, merchant_oid: 'SP1042A1X7F3' };
    const body = (hash: string, total: string): string =>
      new URLSearchParams({
        merchant_oid: 'SP1042A1X7F3',
        status: 'success',
        total_amount: total,
        hash,
      }).toString();
    const saltLast = 'uPjXIdQdf0zsopAE5ViHB2rwlr84PdrYFkcUWvSa9Vs=';
    expectNotAcknowledged(await notify(test.app, body(saltLast, '12050')), 400);
    const v3 = 'YImnOnxyAKJiVOXLIsz9RA8cfTLSi/8lcmEkM3UPukw=';
    expectNotAcknowledged(await notify(test.app, body(v3, '12051')), 400);
    expectNotAcknowledged(await notify(test.app, body(v3, '012050')), 400);
    expectAcknowledged(await notify(test.app, body(v3, '12050')));
    expect((await state()).payment).toMatchObject({ status: 'success', charged_minor: 12_050 });
    const v4 = 'GekxUwY67UX6zIWTEb4u1jsN1af3PBdfxZV8fbTGBoQ=';
    expectAcknowledged(await notify(test.app, body(v4, '13255')));
    expect((await state()).payment.charged_minor).toBe(12_050);
  });

  it('counts notifications by what they did', async () => {
    const count = async (outcome: string): Promise<number> => {
      const { values } = await test.metrics.paymentCallbacks.get();
      return values.find((each) => each.labels.outcome === outcome)?.value ?? 0;
    };
    const before = await Promise.all(['paid', 'repeat', 'bad-hash'].map(count));
    await notify(test.app, paid());
    await notify(test.app, paid());
    await notify(test.app, paid({ hash: 'x' }));
    const after = await Promise.all(['paid', 'repeat', 'bad-hash'].map(count));
    expect(after).toEqual(before.map((each) => each + 1));
  });
});
