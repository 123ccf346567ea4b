import { limitsOf, type PlanLimits } from './plans.ts';
import { type Plan } from '../plan.ts';
import type { Subscription } from './queries.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.ts';

/**
 * From five days before the end people are warned: it does not renew by itself, and a weekend or a bank may
 * lie between.
 */
const ENDING_DAYS = 5;

/** How long a state still lasts, rounded down so that nobody is promised more than there is. */
interface TimeLeft {
  unit: 'day' | 'hour' | 'minute';
  count: number;
}

export interface SubscriptionState {
  state: 'trial' | 'active' | 'lapsed';
  /** The plan in force; of a lapsed company the one it had. */
  plan: Plan;
  /** When this state ends; of a lapsed company when its time ended. */
  endsAt: Date;
  /** True from five days before the end until the end. */
  isEnding: boolean;
  /** Null of a lapsed company. */
  left: TimeLeft | null;
  /** What the plan allows. A lapsed company may start nothing new whatever they say: ask `state` first. */
  limits: PlanLimits;
}

/**
 * What a subscription means at a moment: paid time that runs wins over the trial, and with neither the
 * company has lapsed. The end of a period is exclusive. Pure, so that expiry needs no job: it holds from the
 * second it is due.
 */
export function subscriptionState(
  subscription: Pick<Subscription, 'plan' | 'trial_ends_at' | 'period_ends_at'>,
  at: Date,
): SubscriptionState {
  const { plan, trial_ends_at: trialEndsAt, period_ends_at: paidUntil } = subscription;
  if (paidUntil !== null && paidUntil > at) {
    return { state: 'active', plan, endsAt: paidUntil, limits: limitsOf(plan), ...untilEnd(paidUntil, at) };
  }
  if (trialEndsAt > at) {
    return {
      state: 'trial',
      plan: 'trial',
      endsAt: trialEndsAt,
      limits: limitsOf('trial'),
      ...untilEnd(trialEndsAt, at),
    };
  }
  const endsAt = paidUntil ?? trialEndsAt;
  return { state: 'lapsed', plan, endsAt, limits: limitsOf(plan), isEnding: false, left: null };
}

/** Days from two days on, then hours, then minutes. */
function untilEnd(endsAt: Date, at: Date): { isEnding: boolean; left: TimeLeft } {
  const ms = endsAt.getTime() - at.getTime();
  const isEnding = ms <= ENDING_DAYS * DAY_MS;
  if (ms >= 2 * DAY_MS) return { isEnding, left: { unit: 'day', count: Math.floor(ms / DAY_MS) } };
  if (ms >= HOUR_MS) return { isEnding, left: { unit: 'hour', count: Math.floor(ms / HOUR_MS) } };
  return { isEnding, left: { unit: 'minute', count: Math.max(1, Math.floor(ms / MINUTE_MS)) } };
}
