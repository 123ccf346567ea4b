import { describe, expect, it } from 'vitest';
import { checkOrder } from '../../src/billing/order-rules.ts';
import { addMonths } from '../../src/billing/period.ts';

const at = new Date('2026-06-15T12:00:00Z');
const inDays = (days: number): Date => new Date(at.getTime() + days * 86_400_000);

describe('buying a plan', () => {
  it('is possible on trial, after a lapse, and for the plan in force', () => {
    expect(checkOrder({ plan: 'trial', period_ends_at: null }, 'starter', at)).toMatchObject({ ok: true });
    expect(checkOrder({ plan: 'enterprise', period_ends_at: inDays(-1) }, 'starter', at)).toMatchObject({
      ok: true,
    });
    expect(checkOrder({ plan: 'team', period_ends_at: inDays(20) }, 'team', at)).toMatchObject({
      ok: true,
      period: { start: inDays(20) },
    });
  });

  it('of a lower kind waits for the end of the higher paid time, and says when that is', () => {
    expect(checkOrder({ plan: 'team', period_ends_at: inDays(20) }, 'starter', at)).toEqual({
      ok: false,
      reason: 'lower-plan',
      possibleAt: inDays(20),
    });
  });

  it('of a higher kind is possible in the last month of the lower one', () => {
    expect(checkOrder({ plan: 'starter', period_ends_at: addMonths(at, 1) }, 'team', at)).toMatchObject({
      ok: true,
    });
  });

  it('cannot lift months of a lower plan with one payment for a higher one', () => {
    const paidUntil = addMonths(at, 6);
    expect(checkOrder({ plan: 'starter', period_ends_at: paidUntil }, 'enterprise', at)).toEqual({
      ok: false,
      reason: 'upgrade-ahead',
      possibleAt: addMonths(paidUntil, -1),
    });
  });

  it('reaches at most twelve months ahead', () => {
    const eleven = addMonths(at, 11);
    expect(checkOrder({ plan: 'team', period_ends_at: eleven }, 'team', at)).toMatchObject({ ok: true });
    const beyond = new Date(eleven.getTime() + 1000);
    expect(checkOrder({ plan: 'team', period_ends_at: beyond }, 'team', at)).toEqual({
      ok: false,
      reason: 'too-far-ahead',
      possibleAt: new Date(at.getTime() + 1000),
    });
  });
});
