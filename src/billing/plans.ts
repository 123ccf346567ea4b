import type { Currency } from '../currency.ts';
import { paidPlans, type PaidPlan, type Plan } from '../plan.ts';

/** A company tries everything for two weeks before it pays. */
export const TRIAL_DAYS = 14;

/** A payment buys one calendar month. */
export const PERIOD_MONTHS = 1;

/** How much of something a plan allows; null is no limit. */
export interface PlanLimits {
  workspaces: number | null;
  members: number | null;
}

export interface PlanOffer {
  key: PaidPlan;
  /** Price of one period with tax, in kuruş or cents. */
  prices: Record<Currency, number>;
  limits: PlanLimits;
}

const offers: Record<PaidPlan, Omit<PlanOffer, 'key'>> = {
  starter: { prices: { TRY: 49_900, USD: 1_900, EUR: 1_800 }, limits: { workspaces: 3, members: 3 } },
  team: { prices: { TRY: 149_900, USD: 4_900, EUR: 4_500 }, limits: { workspaces: 20, members: 15 } },
  enterprise: {
    prices: { TRY: 499_900, USD: 14_900, EUR: 13_900 },
    limits: { workspaces: null, members: null },
  },
};

const trialLimits: PlanLimits = { workspaces: 3, members: 5 };

/** The plans on sale, cheapest first. */
export function planOffers(): PlanOffer[] {
  return paidPlans.map((key) => ({ key, ...offers[key] }));
}

/** Price of one period of a plan, tax included, in minor units. */
export function priceOf(plan: PaidPlan, currency: Currency): number {
  return offers[plan].prices[currency];
}

/** The limits of a plan. They are looked up and never copied into rows, so a change applies at once. */
export function limitsOf(plan: Plan): PlanLimits {
  return plan === 'trial' ? trialLimits : offers[plan].limits;
}

/** True when `to` allows more than `from`. */
export function isUpgrade(from: Plan, to: Plan): boolean {
  const order: Plan[] = ['trial', ...paidPlans];
  return order.indexOf(to) > order.indexOf(from);
}
