import { limitsOf, type PlanLimits } from './plans.ts';
import { type Plan } from '../plan.ts';
import type { Subscription } from './queries.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.ts';

/**
 * People are warned from five days before the end: the subscription does not renew by itself, and a weekend
 * or a bank may lie between.
 */
const ENDING_DAYS = 5;

/** How long a state still lasts, rounded down so that no page promises too much. */
interface TimeLeft {
  unit: 'day' | 'hour' | 'minute';
  count: number;
}

export interface SubscriptionState {
  state: 'trial' | 'active' | 'lapsed';
  /** The plan in force. A lapsed company has its last plan here. */
  plan: Plan;
  /** When this state ends. For a lapsed company: when its time ended. */
  endsAt: Date;
  /** True from five days before the end until the end. */
  isEnding: boolean;
  /** Null for a lapsed company. */
  left: TimeLeft | null;
  /**
   * The limits of the plan. A lapsed company may start nothing new, whatever the limits allow: check `state`
   * first.
   */
  limits: PlanLimits;
}

/**
 * The state of a subscription at a moment: paid time that runs wins over the trial, and without either the
 * company has lapsed. The end of a period is exclusive. The function is pure, so expiry needs no job and
 * holds from the second it is due.
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

function untilEnd(endsAt: Date, at: Date): { isEnding: boolean; left: TimeLeft } {
  const ms = endsAt.getTime() - at.getTime();
  const isEnding = ms <= ENDING_DAYS * DAY_MS;
  return { isEnding, left: timeLeft(ms) };
}

/** Days from two days on, then hours, then minutes. */
export function timeLeft(ms: number): TimeLeft {
  if (ms >= 2 * DAY_MS) return { unit: 'day', count: Math.floor(ms / DAY_MS) };
  if (ms >= HOUR_MS) return { unit: 'hour', count: Math.floor(ms / HOUR_MS) };
  return { unit: 'minute', count: Math.max(1, Math.floor(ms / MINUTE_MS)) };
}
