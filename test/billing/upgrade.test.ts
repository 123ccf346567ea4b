import { describe, expect, it } from 'vitest';
import type { PlanInForce } from '../../src/billing/bought-period.ts';
import { checkOrder, quoteOrder } from '../../src/billing/order-rules.ts';
import { addMonths } from '../../src/billing/period.ts';
import type { PlanPrices, PriceFacts } from '../../src/billing/price-facts.ts';
import { paidPlans, type PaidPlan } from '../../src/plan.ts';
import type { Currency } from '../../src/currency.ts';
import { nothingAhead, seededRandom } from './scene.ts';

const DAY_MS = 86_400_000;
const lira: PlanPrices = { starter: 49_900, team: 149_900, enterprise: 499_900 };
const dollars: PlanPrices = { starter: 1_900, team: 4_900, enterprise: 14_900 };
const started = new Date('2027-03-01T10:00:00Z');
const starter: PlanInForce = {
  ...({ plan: 'starter', billing_currency: 'TRY', paid_prices: lira } as const),
  ...{ period_started_at: started, period_ends_at: addMonths(started, 1), cancels_at: null },
  ...nothingAhead,
};
const factsOf = (prices: PlanPrices, currency: Currency = 'TRY'): PriceFacts => ({
  ...({ list_version: 2, kind: 'fixed' } as const),
  ...{ currency, prices },
});
const after = (days: number): Date => new Date(started.getTime() + days * DAY_MS);
function quote(inForce: PlanInForce, plan: PaidPlan, at: Date, facts = factsOf(lira)) {
  const quoted = quoteOrder(inForce, { plan, currency: facts.currency, facts }, at);
  if (!quoted.ok) throw new Error(quoted.reason);
  return quoted;
}

describe('an upgrade', () => {
  it('costs the difference for the whole days left, begins at once, and moves no end', () => {
    const quoted = quote(starter, 'team', after(10.3));
    // 20.7 days are left of a month of 31.
    expect(quoted.amountMinor).toBe(Math.floor((100_000 * 20) / 31));
    expect(quoted.period).toMatchObject({
      start: after(10.3),
      end: starter.period_ends_at,
      conversion: null,
    });
    expect(quoted.period.paid).toEqual({
      ...{ plan: 'team', period_ends_at: starter.period_ends_at },
      ...{ next_plan: null, next_period_ends_at: null },
    });
    expect(quoted.facts.upgrade?.parts).toEqual([
      {
        ...{ plan: 'starter', until: starter.period_ends_at?.toISOString(), months: 0, days: 20 },
        ...{ month_days: 31, credit_minor: 49_900, amount_minor: 64_516 },
      },
    ]);
  });

  it('of months that were paid ahead costs the difference for each of them', () => {
    const year = { ...starter, period_ends_at: addMonths(started, 12) };
    expect(quote(year, 'team', started).amountMinor).toBe(12 * 100_000);
    // Eleven months and one day of the 31 of March.
    expect(quote(year, 'enterprise', after(30)).amountMinor).toBe(Math.floor((450_000 * (11 * 31 + 1)) / 31));
  });

  it('in the last hours costs the least that can be charged, and is the same a minute later', () => {
    const at = after(30.9);
    expect(quote(starter, 'team', at).amountMinor).toBe(100);
    expect(quote(starter, 'team', after(30.95)).facts).toEqual(quote(starter, 'team', at).facts);
    const cheaper = factsOf({ ...lira, team: 40_000 });
    expect(quote(starter, 'team', after(1), cheaper).amountMinor).toBe(100);
  });

  it('for less than a month brings no days of grace of the larger plan: they cannot be had for 1.00', () => {
    expect(quote(starter, 'team', after(30.9)).period.gracePlan).toBe('starter');
    expect(quote(starter, 'team', after(1)).period.gracePlan).toBe('starter');
    const team = { ...starter, plan: 'team', grace_plan: 'starter' } as const;
    expect(quote(team, 'enterprise', after(30.9)).period.gracePlan).toBe('starter');
    // A whole month of the larger plan was paid for, by the difference or in full.
    const twoMonths = { ...starter, period_ends_at: addMonths(started, 2) };
    expect(quote(twoMonths, 'team', after(10)).period.gracePlan).toBeNull();
    expect(quote(team, 'team', after(30.9)).period.gracePlan).toBeNull();
    // Paid late, in the days of grace, is the same.
    expect(quote(team, 'team', after(33)).period.gracePlan).toBeNull();
  });

  it('credits what was paid, not what the smaller plan costs today', () => {
    const dearer = factsOf({ starter: 99_900, team: 199_900, enterprise: 599_900 });
    expect(quote(starter, 'team', started, dearer).amountMinor).toBe(199_900 - 49_900);
  });

  it('credits each month that was paid by other prices with its own', () => {
    const year = { ...starter, period_ends_at: addMonths(started, 12) };
    const dear: PlanPrices = { starter: 99_900, team: 249_900, enterprise: 599_900 };
    const month = (prices: PlanPrices) => ({ plan: 'starter', currency: 'TRY', prices, months: 1 }) as const;
    const paidMonths = [month(dear), ...Array.from({ length: 11 }, () => month(lira))];
    const inForce = { ...year, paid_prices: dear };
    const wish = { plan: 'team', currency: 'TRY', facts: factsOf(dear), paidMonths } as const;
    const quoted = quoteOrder(inForce, wish, after(10.3));
    if (!quoted.ok) throw new Error(quoted.reason);
    expect(quoted.facts.upgrade?.parts).toMatchObject([
      { until: addMonths(started, 11).toISOString(), months: 10, days: 20, credit_minor: 49_900 },
      { until: year.period_ends_at.toISOString(), months: 1, days: 0, credit_minor: 99_900 },
    ]);
    expect(quoted.amountMinor).toBe(Math.floor((200_000 * (10 * 31 + 20)) / 31) + 150_000);
    const order = { plan: 'team', currency: 'TRY', price_facts: quoted.facts } as const;
    expect(checkOrder(inForce, order, after(10.5)).ok).toBe(true);
    expect(checkOrder({ ...inForce, period_ends_at: addMonths(started, 13) }, order, after(10.5)).ok).toBe(
      false,
    );
    expect(quoteOrder(inForce, wish, after(10.4))).toMatchObject({ facts: quoted.facts });
  });

  it('in another currency credits the smaller of the two shares', () => {
    // 499 of 1499 is less than 19 of 49.
    const share = Math.floor((4_900 * 49_900) / 149_900);
    expect(quote(starter, 'team', started, factsOf(dollars, 'USD')).amountMinor).toBe(4_900 - share);
    const paidInDollars: PlanInForce = { ...starter, billing_currency: 'USD', paid_prices: dollars };
    expect(quote(paidInDollars, 'team', started).amountMinor).toBe(149_900 - 49_900);
  });

  it('of a smaller plan that was paid ahead covers that time, from its beginning on', () => {
    const ahead: PlanInForce = {
      ...{ ...starter, plan: 'team', next_plan: 'starter' },
      next_period_ends_at: addMonths(started, 2),
    };
    const back = quote(ahead, 'team', after(3));
    expect(back.amountMinor).toBe(100_000);
    expect(back.period).toMatchObject({ start: starter.period_ends_at, end: addMonths(started, 2) });
    expect(back.period.paid).toMatchObject({
      plan: 'team',
      period_ends_at: addMonths(started, 2),
      next_plan: null,
    });
    const both = quote(ahead, 'enterprise', started);
    expect(both.amountMinor).toBe(350_000 + 450_000);
    expect(both.period).toMatchObject({ start: started, paid: { plan: 'enterprise', next_plan: null } });
  });

  it('is good for the paid time it was counted for, and for no other', () => {
    const at = after(10);
    const { facts } = quote(starter, 'team', at);
    const order = { plan: 'team', currency: 'TRY', price_facts: facts } as const;
    expect(checkOrder(starter, order, after(10.5)).ok).toBe(true);
    const changed: PlanInForce[] = [
      { ...starter, period_ends_at: addMonths(started, 2) },
      { ...starter, plan: 'team' },
      { ...starter, plan: 'trial', period_started_at: null, period_ends_at: null },
    ];
    for (const inForce of changed)
      expect(checkOrder(inForce, order, after(10.5))).toEqual({
        ...{ ok: false, reason: 'paid-time-changed', possibleAt: null },
      });
    expect(checkOrder(starter, order, after(31)).ok).toBe(false);
  });
});

describe('a smaller plan', () => {
  const team: PlanInForce = { ...starter, plan: 'team' };

  it('that is wanted follows the larger one’s time, and its months add up', () => {
    expect(quoteOrder(team, { plan: 'starter', currency: 'TRY', facts: factsOf(lira) }, after(2))).toEqual({
      ...{ ok: false, reason: 'lower-plan', possibleAt: team.period_ends_at },
    });
    const wanted: PlanInForce = { ...team, wanted_plan: 'starter' };
    const quoted = quote(wanted, 'starter', after(2));
    expect(quoted).toMatchObject({
      amountMinor: 49_900,
      period: {
        start: team.period_ends_at,
        end: addMonths(started, 2),
        paid: { plan: 'team', next_plan: 'starter' },
      },
    });
    const ahead = { ...wanted, ...quoted.period.paid, wanted_plan: null };
    expect(quote(ahead, 'starter', after(3)).period.paid).toEqual({
      ...{ plan: 'team', period_ends_at: team.period_ends_at },
      ...{ next_plan: 'starter', next_period_ends_at: addMonths(started, 3) },
    });
    // From its beginning on it is the plan in force, whatever the row says.
    expect(quote(ahead, 'starter', after(40)).period.paid).toEqual({
      ...{ plan: 'starter', period_ends_at: addMonths(started, 3) },
      ...{ next_plan: null, next_period_ends_at: null },
    });
  });

  it('stands beside one other only: a third waits until the larger one is over', () => {
    const ahead: PlanInForce = {
      ...{ ...team, plan: 'enterprise', next_plan: 'team', next_period_ends_at: addMonths(started, 2) },
      wanted_plan: 'starter',
    };
    expect(
      quoteOrder(ahead, { plan: 'starter', currency: 'TRY', facts: factsOf(lira) }, after(2)),
    ).toMatchObject({ ok: false, reason: 'lower-plan', possibleAt: ahead.period_ends_at });
    expect(quote(ahead, 'starter', ahead.period_ends_at ?? started).period.start).toEqual(
      addMonths(started, 2),
    );
  });
});

it.each([1, 2, 3, 4, 5])(
  'whatever is bought in whatever order, nobody gets more than they paid for (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    let inForce: PlanInForce = {
      ...({ plan: 'trial', billing_currency: 'TRY', paid_prices: null } as const),
      ...{ period_started_at: null, period_ends_at: null, cancels_at: null, ...nothingAhead },
    };
    let at = started;
    // In minor units × days of a month of 31 days, the longest: shorter months make a day dearer.
    let paid = 0;
    let got = 0;
    let upgrades = 0;
    const use = (until: Date): void => {
      const { plan, period_ends_at: end, next_plan: next, next_period_ends_at: nextEnd } = inForce;
      const worth = (of: PaidPlan, from: number, to: number): number =>
        (lira[of] * Math.max(0, Math.min(to, until.getTime()) - Math.max(from, at.getTime()))) /
        (31 * DAY_MS);
      if (plan !== 'trial' && end !== null) got += worth(plan, 0, end.getTime());
      if (next !== null && nextEnd !== null && end !== null)
        got += worth(next, end.getTime(), nextEnd.getTime());
    };
    for (let step = 0; step < 200; step += 1) {
      const later = new Date(at.getTime() + random() * (random() < 0.3 ? 25 : 2) * DAY_MS);
      use(later);
      at = later;
      const plan = pick(paidPlans);
      const quoted = quoteOrder(
        { ...inForce, wanted_plan: random() < 0.5 ? plan : null },
        { plan, currency: 'TRY', facts: factsOf(lira) },
        at,
      );
      if (!quoted.ok) continue;
      paid += quoted.amountMinor;
      if (quoted.facts.upgrade !== undefined) upgrades += 1;
      // Time in the days of grace was used before it was paid for.
      const since = Math.min(quoted.period.start.getTime(), at.getTime());
      got += (lira[plan] * (at.getTime() - since)) / (31 * DAY_MS);
      inForce = { ...inForce, ...quoted.period.paid, period_started_at: quoted.period.monthsCountedFrom };
    }
    use(new Date(at.getTime() + 800 * DAY_MS));
    expect(upgrades).toBeGreaterThan(5);
    // A day that has begun is free, so an upgrade may give the difference of a day.
    expect(got).toBeLessThanOrEqual(paid + upgrades * (450_000 / 28));
  },
);
