import { paidPlans, type PaidPlan, type Plan } from '../plan.ts';

/** A company tries everything for two weeks before it pays. */
export const TRIAL_DAYS = 14;

/**
 * Workspaces stay open for seven days after the paid time, since a card or a bank may fail. The column
 * `subscriptions.opens_until` has the same number.
 */
export const GRACE_DAYS = 7;

/** A company that has been suspended for so long counts as gone. Nothing is deleted then either. */
export const SUSPENDED_DAYS = 60;

/** A payment buys one calendar month. */
export const PERIOD_MONTHS = 1;

/** How much of something a plan allows; null is no limit. */
export interface PlanLimits {
  workspaces: number | null;
  members: number | null;
}

/** A plan on sale. Its prices stand in a price list (`prices/`). */
export interface PlanOffer {
  key: PaidPlan;
  limits: PlanLimits;
}

const limits: Record<Plan, PlanLimits> = {
  trial: { workspaces: 3, members: 5 },
  starter: { workspaces: 3, members: 3 },
  team: { workspaces: 20, members: 15 },
  enterprise: { workspaces: null, members: null },
};

/** The plans on sale, smallest first. */
export function planOffers(): PlanOffer[] {
  return paidPlans.map((key) => ({ key, limits: limits[key] }));
}

/** The limits of a plan. They are looked up and never copied into rows, so a change applies at once. */
export function limitsOf(plan: Plan): PlanLimits {
  return limits[plan];
}

/** True when `to` allows more than `from`. */
export function isUpgrade(from: Plan, to: Plan): boolean {
  const order: Plan[] = ['trial', ...paidPlans];
  return order.indexOf(to) > order.indexOf(from);
}
