import type { Currency } from '../currency.ts';
import { DAY_MS } from '../durations.ts';
import type { PaidPlan } from '../plan.ts';
import type { PlanInForce } from './bought-period.ts';
import { addMonths } from './period.ts';
import { isUpgrade } from './plans.ts';
import { pricesPaid, type PaidMonths, type PriceFacts, type UpgradeFacts } from './price-facts.ts';
import { segmentsOf, type Segment } from './segments.ts';

/** PayTR charges no less than one lira, dollar or euro. */
const LEAST_CHARGE_MINOR = 100;

type UpgradePart = UpgradeFacts['parts'][number];

/** A wish for a larger plan. `paidMonths`: by which prices the time was paid; else by the newest. */
interface WishedUpgrade {
  plan: PaidPlan;
  currency: Currency;
  facts: PriceFacts;
  paidMonths?: readonly PaidMonths[];
}

/**
 * The parts of the paid time that a larger plan would take the place of, and what that costs; null when an
 * order of the plan is one of a month instead.
 *
 * 1. The end of the paid time stays. The price is the difference between the two plans' months, for the whole
 *    months and days that are left: a day that has begun is free.
 * 2. The credit is the amount paid for a month of the smaller plan, not its price of today. Months that were
 *    paid by other prices are a part of their own.
 * 3. Where it was paid in another currency, the credit is a share of the larger plan's month: the smaller of
 *    the shares that the plans' prices give in the two currencies.
 * 4. The parts do not change from minute to minute, so an order looked at twice is the same.
 */
export function upgradeFacts(inForce: PlanInForce, order: WishedUpgrade, at: Date): UpgradeFacts | null {
  const segments = segmentsOf(inForce, at);
  const last = segments.at(-1);
  if (last === undefined || !isUpgrade(last.plan, order.plan)) return null;
  const parts = segments
    .filter(({ plan }) => isUpgrade(plan, order.plan))
    .flatMap((segment) => partsOf(segment, inForce, order));
  const sum = parts.reduce((total, part) => total + part.amount_minor, 0);
  return { parts, amount_minor: Math.max(LEAST_CHARGE_MINOR, sum) };
}

/** The parts of a stretch of time, the earliest first: months are counted back from its end. */
function partsOf({ plan, start, end }: Segment, inForce: PlanInForce, order: WishedUpgrade): UpgradePart[] {
  const monthsBefore = (months: number): Date => addMonths(end, -months, inForce.period_started_at);
  const daysBetween = (from: Date, until: Date): number => (until.getTime() - from.getTime()) / DAY_MS;
  let months = 0;
  while (monthsBefore(months + 1) >= start) months += 1;
  const parts: UpgradePart[] = [];
  for (let back = months; back >= 0; back -= 1) {
    const monthEnd = monthsBefore(back);
    const isWhole = back < months;
    const days = isWhole ? 0 : Math.floor(daysBetween(start, monthEnd));
    const credit = creditOf(plan, paidBy(inForce, order, { plan, back }), order);
    const last = parts.at(-1);
    if (last !== undefined && isWhole && (last.credit_minor === credit || isNothing(last)))
      parts.splice(-1, 1, { ...last, ...monthAdded(last, credit, monthEnd) });
    else
      parts.push({
        ...{ plan, until: monthEnd.toISOString(), months: isWhole ? 1 : 0, days },
        month_days: Math.round(daysBetween(monthsBefore(back + 1), monthEnd)),
        ...{ credit_minor: credit, amount_minor: 0 },
      });
  }
  return parts.map((part) => ({ ...part, amount_minor: differenceFor(part, order) }));
}

/** Hours of a day that has begun: they cost nothing, by whatever prices they were paid. */
function isNothing({ months, days }: UpgradePart): boolean {
  return months === 0 && days === 0;
}

function monthAdded({ months }: UpgradePart, credit: number, end: Date): Partial<UpgradePart> {
  return { until: end.toISOString(), months: months + 1, credit_minor: credit };
}

function differenceFor(
  { months, days, month_days: monthDays, credit_minor: credit }: UpgradePart,
  { plan, facts }: WishedUpgrade,
): number {
  const difference = BigInt(Math.max(0, facts.prices[plan] - credit));
  return Number((difference * BigInt(months * monthDays + days)) / BigInt(monthDays));
}

/** The prices by which a month of a plan was paid, so many months back from the end of its time. */
function paidBy(
  inForce: PlanInForce,
  { paidMonths = [] }: WishedUpgrade,
  { plan, back }: { plan: PaidPlan; back: number },
): Pick<PaidMonths, 'currency' | 'prices'> {
  const each = paidMonths
    .filter((paid) => paid.plan === plan)
    .flatMap((paid) => Array.from({ length: paid.months }, () => paid));
  return (
    each[Math.min(back, each.length - 1)] ?? {
      currency: inForce.billing_currency,
      prices: pricesPaid(inForce),
    }
  );
}

/** The credit for a month of a smaller plan, in minor units of the order's currency. */
function creditOf(
  plan: PaidPlan,
  paid: Pick<PaidMonths, 'currency' | 'prices'>,
  { plan: to, currency, facts }: WishedUpgrade,
): number {
  if (paid.currency === currency) return paid.prices[plan];
  const share = (prices: Record<PaidPlan, number>): number =>
    Number((BigInt(facts.prices[to]) * BigInt(prices[plan])) / BigInt(prices[to]));
  return Math.min(share(paid.prices), share(facts.prices));
}

/** True when the paid time is still the one that an upgrade was counted for. */
export function fitsUpgrade(
  inForce: PlanInForce,
  plan: PaidPlan,
  { parts }: UpgradeFacts,
  at: Date,
): boolean {
  const now = segmentsOf(inForce, at).filter((segment) => isUpgrade(segment.plan, plan));
  // Parts by several prices may lie in one stretch of a plan.
  const ends = parts.filter((part, index) => part.plan !== parts[index + 1]?.plan);
  return (
    now.length === ends.length &&
    now.every(
      (segment, index) =>
        segment.plan === ends[index]?.plan && segment.end.toISOString() === ends[index].until,
    )
  );
}
