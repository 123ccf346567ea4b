import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createPaytr,
  type NotificationReading,
  type PaytrNotification,
} from '../../../src/billing/paytr/paytr.ts';
import { FAKE_STORE, signedCallback } from '../../support/fake-paytr.ts';

const paytr = createPaytr({ ...FAKE_STORE, baseUrl: 'https://gateway.example.com', testMode: true });
const paid = { merchant_oid: 'SP1042A1X7F3', total_amount: '12050' };

describe('the signature', () => {
  it.each([
    ['V3', 'success', '12050', 'YImnOnxyAKJiVOXLIsz9RA8cfTLSi/8lcmEkM3UPukw='],
    ['V4', 'success', '13255', 'GekxUwY67UX6zIWTEb4u1jsN1af3PBdfxZV8fbTGBoQ='],
    ['V5', 'failed', '0', 'ZBFO6r+6sxpe4oZA+IsB62L+XM7gE6N18G/BkDAMeMQ='],
    ['V6', 'failed', '12050', 'duUEmkiDD9fPDOhtFk4007cYhz7fwzwLAFitFu5LYQo='],
  ])('is right for PayTR’s formula (vector %s)', (_vector, status, total_amount, hash) => {
    const reading = read(encode({ merchant_oid: 'SP1042A1X7F3', status, total_amount, hash }));
    expect(reading).toMatchObject({ ok: true, notification: { status, totalAmountRaw: total_amount } });
  });

  it('is right for a bank transfer notice, which signs other fields (vector V24)', () => {
    const hash = 'uoXjZibLRSra99S/5vzxTPUeoOR7vZwTRzwT1SibR10=';
    const notice = { merchant_oid: 'SP1042A1X7F3', status: 'info', bank: 'isbank', hash };
    expect(understood(encode(notice))).toMatchObject({ status: 'info', totalAmountMinor: null });
    expect(read(encode({ ...notice, bank: 'other' }))).toEqual({ ok: false, reason: 'bad-hash' });
    expect(read(encode({ ...notice, status: 'success', total_amount: '1' }))).toMatchObject({ ok: false });
  });

  it('is wrong with the salt at the end (vector N1)', () => {
    const hash = 'uPjXIdQdf0zsopAE5ViHB2rwlr84PdrYFkcUWvSa9Vs=';
    expect(read(encode({ ...paid, status: 'success', hash }))).toEqual({ ok: false, reason: 'bad-hash' });
  });

  it.each([
    { hash: '' },
    { hash: 'x' },
    { hash: 'x'.repeat(100_000) },
    { hash: 'ş'.repeat(44) },
    { total_amount: '1' },
    { total_amount: '012050' },
    { status: 'failed' },
    { merchant_oid: 'SP1042A1X7F4' },
  ])('is wrong after a change: %j', (change) => {
    expect(read(signedCallback(paid, change)).ok).toBe(false);
  });

  it('is not read as base64 loosely: padding and alphabet count', () => {
    const hash = new URLSearchParams(signedCallback(paid)).get('hash') ?? '';
    expect(read(signedCallback(paid, { hash: hash.replace(/=$/, '') })).ok).toBe(false);
    expect(read(signedCallback(paid, { hash: `${hash} ` })).ok).toBe(false);
  });

  it('survives a plus sign in its base64', () => {
    const merchantOid = oidWhoseHashHasPlus();
    const body = signedCallback({ merchant_oid: merchantOid, total_amount: '100' });
    expect(body).toContain('%2B');
    expect(read(body).ok).toBe(true);
  });
});

describe('a body that cannot be trusted', () => {
  it.each(['merchant_oid', 'status', 'total_amount', 'hash'])('lacks %s', (field) => {
    const reason = 'missing-field';
    expect(read(signedCallback(paid, { [field]: undefined }))).toEqual({ ok: false, reason, field });
    expect(read(signedCallback(paid, { [field]: '' }))).toEqual({ ok: false, reason, field });
  });

  it.each(['merchant_oid', 'status', 'total_amount', 'hash'])('has %s twice', (field) => {
    const body = signedCallback(paid);
    const again = new URLSearchParams(body).get(field) ?? '';
    const reading = read(`${body}&${encode({ [field]: again })}`);
    expect(reading).toEqual({ ok: false, reason: 'malformed', field });
  });

  it.each(['', '{"merchant_oid":"A"}', '%%%&&&===', '\0\0', '&'.repeat(100_000)])('is %j', (body) => {
    expect(read(body)).toMatchObject({ ok: false, reason: 'missing-field' });
  });

  it('is not text at all', () => {
    expect(paytr.readNotification(Buffer.from([0xff, 0xfe, 0x00, 0xc3])).ok).toBe(false);
  });
});

describe('what a notification says', () => {
  it('of a payment', () => {
    expect(understood(signedCallback({ ...paid, total_amount: '13255', payment_amount: '12050' }))).toEqual({
      merchantOid: 'SP1042A1X7F3',
      status: 'success',
      totalAmountMinor: 13255,
      totalAmountRaw: '13255',
      testMode: false,
      paymentType: 'card',
      currency: 'TRY',
      paymentAmountMinor: 12050,
      installmentCount: 1,
      fields: {
        status: 'success',
        payment_type: 'card',
        payment_amount: '12050',
        currency: 'TL',
        installment_count: '1',
        merchant_oid: 'SP1042A1X7F3',
        total_amount: '13255',
      },
    });
  });

  it('of a refusal', () => {
    const body = signedCallback({
      merchant_oid: 'SP1',
      status: 'failed',
      total_amount: '0',
      failed_reason_code: '6',
      failed_reason_msg: 'Müşteri vazgeçti',
    });
    expect(understood(body)).toMatchObject({
      totalAmountMinor: 0,
      failedReasonCode: '6',
      failedReasonMessage: 'Müşteri vazgeçti',
    });
  });

  it('keeps a status nobody knows', () => {
    expect(understood(signedCallback({ ...paid, status: 'chargeback' })).status).toBe('chargeback');
  });

  it.each([
    [undefined, false],
    ['0', false],
    ['1', true],
    ['yes', true],
  ])('takes test_mode %s for a test: %s', (test_mode, expected) => {
    expect(understood(signedCallback(paid, { test_mode })).testMode).toBe(expected);
  });

  it('takes two test_mode values for a test', () => {
    expect(understood(`${signedCallback(paid)}&test_mode=0&test_mode=1`).testMode).toBe(true);
  });

  it.each(['USD', 'EUR', 'XYZ'])('keeps the currency %s', (currency) => {
    expect(understood(signedCallback(paid, { currency })).currency).toBe(currency);
  });

  it('does not settle on one of two currencies', () => {
    expect(understood(`${signedCallback(paid)}&currency=USD`).currency).toBe('TL | USD');
  });

  it.each(['', '12,5', '-5', 'abc', '1e9', '9'.repeat(40)])('is not broken by the number "%s"', (odd) => {
    const notification = understood(signedCallback(paid, { payment_amount: odd, installment_count: odd }));
    expect(notification).not.toHaveProperty('paymentAmountMinor');
    expect(notification).not.toHaveProperty('installmentCount');
  });

  it('has no amount when the signed total is no whole number', () => {
    const notification = understood(signedCallback({ ...paid, total_amount: '120.50' }));
    expect(notification).toMatchObject({ totalAmountMinor: null, totalAmountRaw: '120.50' });
  });

  it('keeps texts of any length, cut to a bound, and fit to be stored', () => {
    const notification = understood(
      signedCallback(paid, {
        failed_reason_code: '9'.repeat(10_000),
        failed_reason_msg: '👍'.repeat(100_000),
        payment_type: `card\0${'x'.repeat(10_000)}`,
        ['n'.repeat(10_000)]: 'y'.repeat(10_000),
      }),
    );
    expect(notification.failedReasonCode).toHaveLength(50);
    expect(notification.failedReasonMessage).toHaveLength(500);
    expect(notification.paymentType?.length).toBeLessThanOrEqual(50);
    expect(JSON.stringify(notification)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    expect(JSON.stringify(notification).length).toBeLessThan(10_000);
  });

  it('keeps a bounded number of fields, and __proto__ is only one of them', () => {
    const many = Array.from({ length: 10_000 }, (_each, index) => `f${String(index)}=1`).join('&');
    const { fields } = understood(`__proto__=odd&${signedCallback(paid)}&${many}`);
    expect(Object.keys(fields)).toHaveLength(60);
    expect(Object.entries(fields)[0]).toEqual(['__proto__', 'odd']);
    expect(fields).not.toHaveProperty('hash');
  });
});

function read(body: string): NotificationReading {
  return paytr.readNotification(Buffer.from(body));
}

function understood(body: string): PaytrNotification {
  const reading = read(body);
  if (!reading.ok) throw new Error(`Not understood: ${JSON.stringify(reading)}`);
  return reading.notification;
}

function encode(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}

function oidWhoseHashHasPlus(): string {
  const oids = Array.from({ length: 1000 }, (_each, index) => `PLUS${String(index)}`);
  const found = oids.find((oid) => {
    const message = `${oid}${FAKE_STORE.merchantSalt}success100`;
    return createHmac('sha256', FAKE_STORE.merchantKey).update(message).digest('base64').includes('+');
  });
  return found ?? '';
}
