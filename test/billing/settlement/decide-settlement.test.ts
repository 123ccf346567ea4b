import { describe, expect, it } from 'vitest';
import {
  decideSettlement,
  type Decision,
  type PaymentReport,
} from '../../../src/billing/settlement/decide-settlement.ts';
import type { PlanInForce } from '../../../src/billing/bought-period.ts';
import type { Payment } from '../../../src/billing/queries.ts';
import { nothingAhead } from '../scene.ts';

const order = {
  plan: 'team',
  amount_minor: 12_050,
  currency: 'TRY',
  price_facts: null,
  test_mode: false,
} as const;
const charged: PaymentReport = {
  source: 'callback',
  status: 'success',
  chargedMinor: 12_050,
  currency: 'TRY',
  testMode: false,
  isRefunded: false,
  ...{ orderedMinor: null, totalConfirmedMinor: null },
  paymentType: 'card',
  installmentCount: 1,
  failedReasonCode: null,
  failedReasonMessage: null,
};
const at = new Date('2026-06-15T12:00:00Z');
const inDays = (days: number): Date => new Date(at.getTime() + days * 86_400_000);
const decide = (
  payment: Parameters<typeof decideSettlement>[0],
  report: PaymentReport,
  production: boolean,
  inForce: PlanInForce = {
    plan: 'trial',
    billing_currency: 'TRY',
    paid_prices: null,
    period_started_at: null,
    period_ends_at: null,
    ...nothingAhead,
    cancels_at: null,
  },
): Decision => decideSettlement(payment, report, { production, inForce, at });
const declined = { ...charged, status: 'failed', chargedMinor: 0 };

describe('the gateway’s report on an order', () => {
  it.each(['pending', 'failed', 'expired', 'refused'] as const)(
    'is honoured when it is success, also after %s',
    (status) => {
      expect(decide({ ...order, status }, charged, true)).toMatchObject({ outcome: 'paid' });
    },
  );

  it.each(['success', 'review'] as const)('changes nothing when the order is %s already', (status) => {
    expect(decide({ ...order, status }, charged, true)).toEqual({ outcome: 'repeat' });
    expect(decide({ ...order, status }, declined, true)).toEqual({ outcome: 'ignored' });
  });

  it.each([
    ['pending', 'failed'],
    ['expired', 'failed'],
    ['refused', 'failed'],
    ['failed', 'repeat'],
  ] as [Payment['status'], string][])('is a failure for a %s order: %s', (status, outcome) => {
    expect(decide({ ...order, status }, declined, true)).toEqual({ outcome });
  });

  it.each(['', 'info', 'SUCCESS', 'success ', 'waiting'])('does nothing when it is %j', (status) => {
    const report = { ...charged, status };
    expect(decide({ ...order, status: 'pending' }, report, true)).toEqual({
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
    ['money that was given back', { isRefunded: true }, 'refunded'],
    ['an order of another amount, when asked', { orderedMinor: 12_049 }, 'amounts_differ'],
    ['another total than was signed', { totalConfirmedMinor: 12_051 }, 'amounts_differ'],
  ])('never activates %s', (_, change, reason) => {
    expect(decide({ ...order, status: 'pending' }, { ...charged, ...change }, false)).toEqual({
      outcome: 'review',
      reason,
    });
  });

  it.each([
    ['more than ordered, since instalments cost more', { chargedMinor: 13_255 }],
    ['a charge whose currency is not named', { currency: null }],
  ])('activates %s', (_, change) => {
    expect(decide({ ...order, status: 'pending' }, { ...charged, ...change }, true)).toMatchObject({
      outcome: 'paid',
    });
  });

  it('takes test money for a test order in development, and never in production', () => {
    const testOrder = { ...order, test_mode: true, status: 'pending' } as const;
    const report = { ...charged, testMode: true };
    expect(decide(testOrder, report, false)).toMatchObject({ outcome: 'paid' });
    expect(decide(testOrder, report, true)).toEqual({ outcome: 'review', reason: 'test_payment' });
    // The flag is not signed: leaving it out does not make a test order a real one.
    expect(decide(testOrder, charged, true)).toEqual({ outcome: 'review', reason: 'test_payment' });
  });
});

describe('a charge for an order that was placed under other circumstances', () => {
  const paid = (plan: PlanInForce['plan'], days: number): PlanInForce => ({
    plan,
    billing_currency: 'TRY',
    paid_prices: null,
    period_started_at: inDays(-20),
    period_ends_at: inDays(days),
    ...nothingAhead,
    cancels_at: null,
  });

  it.each([
    [
      'would lift paid months of a smaller plan',
      'enterprise',
      paid('starter', 200),
      'upgrade_ahead',
      ['starter'],
    ],
    [
      'would give a month of the larger plan in force',
      'starter',
      paid('team', 10),
      'lower_plan',
      ['team', 'enterprise'],
    ],
    ['would reach more than a year ahead', 'team', paid('team', 340), 'too_far_ahead', []],
  ] as const)('is held for review when it %s, and says what would fit', (_, plan, inForce, reason, plans) => {
    const decision = decide({ ...order, plan, status: 'pending' }, charged, true, inForce);
    expect(decision).toMatchObject({ outcome: 'review', reason, fits: { plans } });
    const from = decision.outcome === 'review' ? decision.fits?.from : undefined;
    const later = decideSettlement({ ...order, plan, status: 'pending' }, charged, {
      production: true,
      inForce,
      at: from ?? at,
    });
    expect(later.outcome).toBe('paid');
  });

  it('says first what is wrong with the charge itself', () => {
    const less = { ...charged, chargedMinor: 1 };
    const decision = decide({ ...order, status: 'pending' }, less, true, paid('enterprise', 10));
    expect(decision).toEqual({ outcome: 'review', reason: 'amount_below_order' });
  });

  it('buys a larger plan from the charge on, and converts what was paid for a smaller one since', () => {
    const decision = decide({ ...order, status: 'pending' }, charged, true, paid('starter', 10));
    const end = new Date('2026-07-18T12:00:00Z');
    expect(decision).toMatchObject({ outcome: 'paid', period: { start: at, end, conversion: { days: 3 } } });
  });

  it('buys the period that follows the time paid for since', () => {
    const decision = decide({ ...order, status: 'pending' }, charged, true, paid('team', 10));
    expect(decision).toMatchObject({ outcome: 'paid', period: { start: inDays(10) } });
  });
});
