import { limitsOf, type Plan, type PlanLimits } from './plans.ts';
import type { Subscription } from './queries.ts';

export interface SubscriptionState {
  state: 'trial' | 'active' | 'lapsed';
  /** The plan in force; of a lapsed company the one it had. */
  plan: Plan;
  /** When this state ends; of a lapsed company when its time ended. */
  endsAt: Date;
  /** What the plan allows. A lapsed company may start nothing new whatever they say: ask `state` first. */
  limits: PlanLimits;
}

/**
 * What a subscription means at a moment: paid time that runs wins over the trial, and with neither the company has lapsed.
 * The end of a period is exclusive. Pure, so that expiry needs no job: it holds from the second it is due.
 */
export function subscriptionState(
  subscription: Pick<Subscription, 'plan' | 'trial_ends_at' | 'period_ends_at'>,
  at: Date,
): SubscriptionState {
  const { plan, trial_ends_at: trialEndsAt, period_ends_at: paidUntil } = subscription;
  if (paidUntil !== null && paidUntil > at) {
    return { state: 'active', plan, endsAt: paidUntil, limits: limitsOf(plan) };
  }
  if (trialEndsAt > at) {
    return { state: 'trial', plan: 'trial', endsAt: trialEndsAt, limits: limitsOf('trial') };
  }
  return { state: 'lapsed', plan, endsAt: paidUntil ?? trialEndsAt, limits: limitsOf(plan) };
}
