import { describe, expect, it } from 'vitest';
import type { PlanInForce } from '../../src/billing/bought-period.ts';
import { checkOrder as checkOrderOf } from '../../src/billing/order-rules.ts';
import { addMonths } from '../../src/billing/period.ts';
import { paidPlans, type PaidPlan } from '../../src/plan.ts';
import { nothingAhead, seededRandom } from './scene.ts';

const DAY_MS = 86_400_000;
const at = new Date('2026-06-15T12:00:00Z');
const inDays = (days: number): Date => new Date(at.getTime() + days * 86_400_000);

type InForce = Pick<PlanInForce, 'plan' | 'period_started_at' | 'period_ends_at'> & Partial<PlanInForce>;
const checkOrder = (inForce: InForce, plan: PaidPlan, on: Date): ReturnType<typeof checkOrderOf> =>
  checkOrderOf(
    { cancels_at: null, ...nothingAhead, billing_currency: 'TRY', paid_prices: null, ...inForce },
    { plan, currency: 'TRY', price_facts: null },
    on,
  );

describe('buying a plan', () => {
  it('is possible on trial, after a lapse, and for the plan in force', () => {
    expect(
      checkOrder({ plan: 'trial', period_started_at: null, period_ends_at: null }, 'starter', at),
    ).toMatchObject({ ok: true });
    expect(
      checkOrder({ plan: 'enterprise', period_started_at: null, period_ends_at: inDays(-1) }, 'starter', at),
    ).toMatchObject({
      ok: true,
    });
    expect(
      checkOrder({ plan: 'team', period_started_at: null, period_ends_at: inDays(20) }, 'team', at),
    ).toMatchObject({
      ok: true,
      period: { start: inDays(20) },
    });
  });

  it('of a lower kind waits for the end of the higher paid time, and says when that is', () => {
    expect(
      checkOrder({ plan: 'team', period_started_at: null, period_ends_at: inDays(20) }, 'starter', at),
    ).toEqual({
      ok: false,
      reason: 'lower-plan',
      possibleAt: inDays(20),
    });
  });

  it('of a lower kind is possible in the days of grace, and follows the rest that a cancellation gave up', () => {
    const team = { plan: 'team', period_started_at: inDays(-20), period_ends_at: inDays(20) } as const;
    expect(checkOrder({ ...team, cancels_at: inDays(5) }, 'starter', at).ok).toBe(false);
    expect(checkOrder({ ...team, cancels_at: at }, 'starter', at)).toMatchObject({
      ok: true,
      period: {
        ...{ start: inDays(20), end: addMonths(inDays(20), 1), conversion: null },
        paid: { plan: 'team', period_ends_at: inDays(20), next_plan: 'starter' },
      },
    });
    const overdue = { ...team, period_ends_at: inDays(-6) };
    expect(checkOrder(overdue, 'starter', at)).toMatchObject({ ok: true, period: { start: inDays(-6) } });
    expect(checkOrder(overdue, 'enterprise', at)).toMatchObject({
      ok: true,
      period: { start: inDays(-6), conversion: null, monthsCountedFrom: inDays(-20) },
    });
  });

  it('of a higher kind is possible in the last month of the lower one', () => {
    expect(
      checkOrder({ plan: 'starter', period_started_at: null, period_ends_at: addMonths(at, 1) }, 'team', at),
    ).toMatchObject({
      ok: true,
    });
  });

  it('cannot lift months of a lower plan with one payment for a higher one', () => {
    const paidUntil = addMonths(at, 6);
    expect(
      checkOrder({ plan: 'starter', period_started_at: null, period_ends_at: paidUntil }, 'enterprise', at),
    ).toEqual({
      ok: false,
      reason: 'upgrade-ahead',
      possibleAt: addMonths(paidUntil, -1),
    });
  });

  it('reaches at most twelve months ahead', () => {
    const eleven = addMonths(at, 11);
    expect(
      checkOrder({ plan: 'team', period_started_at: null, period_ends_at: eleven }, 'team', at),
    ).toMatchObject({ ok: true });
    const beyond = new Date(eleven.getTime() + 1000);
    expect(checkOrder({ plan: 'team', period_started_at: null, period_ends_at: beyond }, 'team', at)).toEqual(
      {
        ok: false,
        reason: 'too-far-ahead',
        possibleAt: new Date(at.getTime() + 1000),
      },
    );
  });

  it('is taken at the very moment that was promised, whatever the calendar, and not a second before', () => {
    const random = seededRandom(5);
    const day = (n: number): Date => new Date(Date.UTC(2027, 0, 1) + Math.floor(random() * n * DAY_MS));
    let refusals = 0;
    for (let round = 0; round < 500; round += 1) {
      const started = day(800);
      let ends = started;
      for (let n = Math.floor(random() * 13); n >= 0; n -= 1) ends = addMonths(ends, 1, started);
      const plan = paidPlans[Math.floor(random() * 3)] ?? 'team';
      const wanted = paidPlans[Math.floor(random() * 3)] ?? 'team';
      const inForce = { plan, period_started_at: started, period_ends_at: ends };
      const now = new Date(started.getTime() + random() * (ends.getTime() - started.getTime()));
      const refused = checkOrder(inForce, wanted, now);
      if (refused.ok || refused.possibleAt === null) continue;
      refusals += 1;
      expect(checkOrder(inForce, wanted, refused.possibleAt).ok, JSON.stringify({ inForce, wanted })).toBe(
        true,
      );
      const before = new Date(refused.possibleAt.getTime() - 1000);
      if (before >= started) expect(checkOrder(inForce, wanted, before).ok).toBe(false);
    }
    expect(refusals).toBeGreaterThan(50);
  });

  it.each([
    ['2027-01-31', '2028-02-29', '2027-02-28'],
    ['2028-01-31', '2029-02-28', '2028-02-29'],
  ])(
    'from %s until %s is taken from %s on: February may be longer a year later or before',
    (from, until, on) => {
      const day = (date: string): Date => new Date(`${date}T09:00:00Z`);
      const ends = addMonths(day(from), 12, day(from));
      const inForce: InForce = { plan: 'team', period_started_at: day(from), period_ends_at: ends };
      expect(checkOrder(inForce, 'team', new Date(day(on).getTime() - 1000))).toEqual({
        ...{ ok: false, reason: 'too-far-ahead', possibleAt: day(on) },
      });
      expect(checkOrder(inForce, 'team', day(on))).toMatchObject({ ok: true, period: { end: day(until) } });
    },
  );

  it('for twelve months on the 31st is a whole year, to the day', () => {
    const bought = new Date('2027-01-31T09:00:00+03:00');
    const ends: string[] = [];
    let inForce: InForce = { plan: 'trial', period_started_at: null, period_ends_at: null };
    for (let n = 0; n < 12; n += 1) {
      const checked = checkOrder(inForce, 'team', bought);
      if (!checked.ok) throw new Error(checked.reason);
      ends.push(checked.period.end.toISOString().slice(5, 10));
      inForce = { plan: 'team', period_started_at: bought, period_ends_at: checked.period.end };
    }
    expect(ends).toEqual(
      '02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31 01-31'.split(' '),
    );
    expect(checkOrder(inForce, 'team', bought)).toMatchObject({ ok: false, reason: 'too-far-ahead' });
  });
});
