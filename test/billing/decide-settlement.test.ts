import { describe, expect, it } from 'vitest';
import { decideSettlement, type GatewayWord } from '../../src/billing/decide-settlement.ts';
import type { Payment } from '../../src/billing/queries.ts';

const order = { amount_minor: 12_050, currency: 'TRY', test_mode: false } as const;
const charged: GatewayWord = {
  source: 'callback',
  status: 'success',
  chargedMinor: 12_050,
  currency: 'TRY',
  testMode: false,
  paymentType: 'card',
  installmentCount: 1,
  failedReasonCode: null,
  failedReasonMessage: null,
};
const declined = { ...charged, status: 'failed', chargedMinor: 0 };

describe('the gateway’s word on an order', () => {
  it.each(['pending', 'failed', 'expired', 'refused'] as const)(
    'is honoured when it is success, also after %s',
    (status) => {
      expect(decideSettlement({ ...order, status }, charged, true)).toEqual({ outcome: 'paid' });
    },
  );

  it.each(['success', 'review'] as const)('changes nothing when the order is %s already', (status) => {
    expect(decideSettlement({ ...order, status }, charged, true)).toEqual({ outcome: 'repeat' });
    expect(decideSettlement({ ...order, status }, declined, true)).toEqual({ outcome: 'ignored' });
  });

  it.each([
    ['pending', 'failed'],
    ['expired', 'failed'],
    ['refused', 'failed'],
    ['failed', 'repeat'],
  ] as [Payment['status'], string][])('is a failure for a %s order: %s', (status, outcome) => {
    expect(decideSettlement({ ...order, status }, declined, true)).toEqual({ outcome });
  });

  it.each(['', 'info', 'SUCCESS', 'success ', 'waiting'])('does nothing when it is %j', (status) => {
    const word = { ...charged, status };
    expect(decideSettlement({ ...order, status: 'pending' }, word, true)).toEqual({
      outcome: 'unknown-status',
    });
  });

  it.each([
    ['one kuruş less than ordered', { chargedMinor: 12_049 }, 'amount_below_order'],
    ['nothing', { chargedMinor: 0 }, 'amount_below_order'],
    ['an amount that is no number', { chargedMinor: null }, 'amount_unreadable'],
    ['dollars', { currency: 'USD' }, 'currency_mismatch'],
    ['a currency nobody knows', { currency: 'try' }, 'currency_mismatch'],
    ['test money', { testMode: true }, 'test_payment'],
  ])('never activates %s', (_, change, reason) => {
    expect(decideSettlement({ ...order, status: 'pending' }, { ...charged, ...change }, false)).toEqual({
      outcome: 'review',
      reason,
    });
  });

  it.each([
    ['more than ordered, since instalments cost more', { chargedMinor: 13_255 }],
    ['a charge whose currency is not named', { currency: null }],
  ])('activates %s', (_, change) => {
    expect(decideSettlement({ ...order, status: 'pending' }, { ...charged, ...change }, true)).toEqual({
      outcome: 'paid',
    });
  });

  it('takes test money for a test order in development, and never in production', () => {
    const testOrder = { ...order, test_mode: true, status: 'pending' } as const;
    const word = { ...charged, testMode: true };
    expect(decideSettlement(testOrder, word, false)).toEqual({ outcome: 'paid' });
    expect(decideSettlement(testOrder, word, true)).toEqual({ outcome: 'review', reason: 'test_payment' });
    // The flag is not signed: leaving it out does not make a test order a real one.
    expect(decideSettlement(testOrder, charged, true)).toEqual({ outcome: 'review', reason: 'test_payment' });
  });
});
