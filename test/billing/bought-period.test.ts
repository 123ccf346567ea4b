import { describe, expect, it } from 'vitest';
import { boughtPeriod, type PlanInForce, type PlanOrder } from '../../src/billing/bought-period.ts';
import { checkOrder } from '../../src/billing/order-rules.ts';
import { addMonths } from '../../src/billing/period.ts';
import { isUpgrade } from '../../src/billing/plans.ts';
import { pricesOf } from '../../src/billing/price-facts.ts';
import { currencies, type Currency } from '../../src/currency.ts';
import { paidPlans, type PaidPlan } from '../../src/plan.ts';
import { nothingAhead, seededRandom } from './scene.ts';

const DAY_MS = 86_400_000;
const priceOf = (plan: PaidPlan, currency: Currency): number =>
  pricesOf({ currency, price_facts: null })[plan];
/** An order by the first prices. */
const order = (plan: PaidPlan, currency: Currency = 'TRY'): PlanOrder => ({
  plan,
  currency,
  price_facts: null,
});
const istanbul = (text: string): Date => new Date(`${text}+03:00`);
const nothing: PlanInForce = {
  plan: 'trial',
  billing_currency: 'TRY',
  paid_prices: null,
  period_started_at: null,
  period_ends_at: null,
  ...nothingAhead,
  cancels_at: null,
};

/**
 * A company whose orders are paid at once; counts what it paid and got, as plan time × price of the plan's
 * month.
 */
class Buyer {
  inForce = nothing;
  paid = 0;
  got = 0;
  /** The amount that the conversions may have rounded down. */
  rounding = 0;
  private seen: Date | null = null;

  buy(wanted: PlanOrder, at: Date): boolean {
    const checked = checkOrder(this.inForce, wanted, at);
    if (!checked.ok) return false;
    this.useUntil(at, wanted.currency);
    const { period } = checked;
    const price = priceOf(wanted.plan, wanted.currency);
    this.paid += price * (addMonthsOf(period.start, this.inForce, at).getTime() - period.start.getTime());
    const { plan, period_ends_at: paidUntil } = this.inForce;
    if (paidUntil !== null && paidUntil > at && isUpgrade(plan, wanted.plan)) this.rounding += price * DAY_MS;
    if (period.start < at) this.seen = period.start;
    this.inForce = {
      plan: wanted.plan,
      billing_currency: wanted.currency,
      paid_prices: null,
      period_started_at: period.monthsCountedFrom,
      period_ends_at: period.end,
      ...nothingAhead,
      cancels_at: null,
    };
    return true;
  }

  /** Time passes: the plan in force is used until then, or until its end. */
  useUntil(at: Date, currency: Currency): void {
    const { plan, period_ends_at: paidUntil } = this.inForce;
    const from = this.seen ?? at;
    if (paidUntil !== null && paidUntil > from && plan !== 'trial') {
      this.got += priceOf(plan, currency) * (Math.min(at.getTime(), paidUntil.getTime()) - from.getTime());
    }
    this.seen = at;
  }
}

/** The end of the calendar month that an order pays for, without any added days. */
function addMonthsOf(start: Date, inForce: PlanInForce, at: Date): Date {
  return addMonths(start, 1, start.getTime() === at.getTime() ? null : inForce.period_started_at);
}

describe('a larger plan bought while a smaller one runs', () => {
  it('begins at its payment, and the rest of the smaller one becomes whole days of its price', () => {
    const starter: PlanInForce = {
      plan: 'starter',
      billing_currency: 'TRY',
      paid_prices: null,
      period_started_at: istanbul('2026-03-10T10:00:00'),
      period_ends_at: istanbul('2026-04-10T10:00:00'),
      ...nothingAhead,
      cancels_at: null,
    };
    const at = istanbul('2026-03-20T10:00:00');
    // 21 days × 499 ÷ 4999 = 2.096; × 499 ÷ 1499 = 6.99.
    expect(boughtPeriod(starter, order('enterprise'), at)).toMatchObject({
      start: at,
      end: istanbul('2026-04-22T10:00:00'),
      conversion: { from: 'starter', leftMs: 21 * DAY_MS, days: 2 },
    });
    expect(boughtPeriod(starter, order('team'), at)).toMatchObject({
      end: istanbul('2026-04-26T10:00:00'),
      conversion: { days: 6 },
    });
    // 21 days × 19 ÷ 49 = 8.14, but it was paid in lira.
    expect(boughtPeriod(starter, order('team', 'USD'), at).conversion?.days).toBe(6);
    const inDollars: PlanInForce = { ...starter, billing_currency: 'USD' };
    expect(boughtPeriod(inDollars, order('team', 'USD'), at).conversion?.days).toBe(8);
    expect(boughtPeriod(inDollars, order('team'), at).conversion?.days).toBe(6);
  });

  it('gains nothing from cheap months bought for it: six rounds give six months and what the cheap ones cost', () => {
    const buyer = new Buyer();
    let at = istanbul('2026-01-31T10:00:00');
    for (let round = 0; round < 6; round += 1) {
      expect(buyer.buy(order('starter'), at)).toBe(true);
      expect(buyer.buy(order('enterprise'), new Date(at.getTime() + 60_000))).toBe(true);
      at = buyer.inForce.period_ends_at ?? at;
    }
    buyer.useUntil(at, 'TRY');
    expect(buyer.got).toBeLessThanOrEqual(buyer.paid);
    expect(buyer.got).toBeGreaterThan(buyer.paid - buyer.rounding);
    expect(at.getTime()).toBeLessThan(istanbul('2026-08-20T10:00:00').getTime());
  });

  it.each(currencies)(
    'never gives more than was paid, and less than a day less: orders in %s',
    (currency) => {
      const random = seededRandom(7);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
      let upgrades = 0;
      for (let company = 0; company < 40; company += 1) {
        const buyer = new Buyer();
        // Years with and without 29 February, often on a last day of the month, and over New Year.
        const days = ['2027-01-31', '2027-12-31', '2028-01-30', '2028-02-29', '2027-02-28', '2027-05-31'];
        let at = istanbul(`${pick(days)}T00:00:00`);
        for (let step = 0; step < 20; step += 1) {
          const pause = random() < 0.5 ? 60_000 : random() < 0.7 ? 12 * DAY_MS : 40 * DAY_MS;
          at = random() < 0.1 ? (buyer.inForce.period_ends_at ?? at) : at;
          at = new Date(at.getTime() + Math.floor(random() * pause));
          const before = buyer.rounding;
          buyer.buy(order(random() < 0.5 ? 'starter' : pick(paidPlans), currency), at);
          if (buyer.rounding > before) upgrades += 1;
        }
        buyer.useUntil(new Date(at.getTime() + 800 * DAY_MS), currency);
        expect(buyer.got).toBeLessThanOrEqual(buyer.paid);
        expect(buyer.got).toBeGreaterThanOrEqual(buyer.paid - buyer.rounding);
      }
      expect(upgrades).toBeGreaterThan(20);
    },
  );

  it('is worth no more than the rest in either currency when the two differ', () => {
    const at = istanbul('2028-02-29T23:00:00');
    const pairs = currencies.flatMap((was) => currencies.map((now) => [was, now] as const));
    const plans: [PaidPlan, PaidPlan][] = [
      ['starter', 'team'],
      ['starter', 'enterprise'],
      ['team', 'enterprise'],
    ];
    for (const [was, now] of pairs) {
      for (const [plan, to] of plans) {
        for (let hours = 1; hours <= 31 * 24; hours += 37) {
          const ends = new Date(at.getTime() + hours * 3_600_000);
          const inForce: PlanInForce = {
            plan,
            billing_currency: was,
            paid_prices: null,
            period_started_at: at,
            period_ends_at: ends,
            ...nothingAhead,
            cancels_at: null,
          };
          const { conversion } = boughtPeriod(inForce, order(to, now), at);
          const days = conversion?.days ?? -1;
          const worth = (currency: Currency): number =>
            (priceOf(plan, currency) * hours) / 24 - priceOf(to, currency) * days;
          expect(Math.min(worth(was), worth(now))).toBeGreaterThanOrEqual(0);
          expect(worth(was) < priceOf(to, was) || worth(now) < priceOf(to, now)).toBe(true);
        }
      }
    }
  });
});

describe('months bought after a larger plan', () => {
  const dayOf = (at: Date | null): number => new Date((at?.getTime() ?? 0) + 3 * 3_600_000).getUTCDate();
  const lengthOfMonth = (at: Date): number => {
    const local = new Date(at.getTime() + 3 * 3_600_000);
    return new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate();
  };

  it.each([
    // No day is added: the day of the payment is kept.
    ['2027-01-31T10:00:00', '2027-02-02T10:00:00', 31],
    // 9 days are added to the 20th, 10 to the 20th, 10 to the 21st.
    ['2026-10-20T10:00:00', '2026-11-17T10:00:00', 29],
    ['2027-10-20T10:00:00', '2027-11-20T10:00:00', 30],
    ['2027-12-21T10:00:00', '2028-01-21T10:00:00', 31],
    ['2027-02-20T10:00:00', '2027-03-20T10:00:00', 29],
    // Days are added beyond the end of a month.
    ['2027-02-22T10:00:00', '2027-03-22T10:00:00', 31],
    ['2028-01-31T23:30:00', '2028-02-29T23:30:00', 9],
  ])('keep the day on which its added days end: bought %s, smaller one until %s', (at, until, day) => {
    let inForce: PlanInForce = {
      plan: 'starter',
      billing_currency: 'TRY',
      paid_prices: null,
      period_started_at: addMonths(istanbul(at), -1),
      period_ends_at: istanbul(until),
      ...nothingAhead,
      cancels_at: null,
    };
    for (let month = 0; month < 12; month += 1) {
      const bought = boughtPeriod(inForce, order('team'), istanbul(at));
      expect(dayOf(bought.end)).toBe(Math.min(day, lengthOfMonth(bought.end)));
      inForce = {
        plan: 'team',
        billing_currency: 'TRY',
        paid_prices: null,
        period_started_at: bought.monthsCountedFrom,
        period_ends_at: bought.end,
        ...nothingAhead,
        cancels_at: null,
      };
    }
  });
});
