import type { PlanTimes } from '../../plan.ts';
import { paidUntilOf, subscriptionState } from '../subscription-state.ts';

/** When a cancellation takes effect: at once, or when the paid time or the trial ends. */
export const cancelChoices = ['period-end', 'now'] as const;
export type CancelChoice = (typeof cancelChoices)[number];

/**
 * The end of the paid time or of the trial, whichever is later; null when both are over. A cancellation does
 * not change it.
 */
export function endOfTime(times: PlanTimes, at: Date): Date | null {
  const paidUntil = paidUntilOf(times);
  const { trial_ends_at: trialEndsAt } = times;
  const end = paidUntil !== null && paidUntil > trialEndsAt ? paidUntil : trialEndsAt;
  return end > at ? end : null;
}

/**
 * From when on a subscription would be cancelled; null where the choice makes no sense, since nothing can be
 * opened any more, or in the days of grace, whose time has ended already.
 */
export function cancelMoment(times: PlanTimes, choice: CancelChoice, at: Date): Date | null {
  if (!subscriptionState(times, at).mayOpen) return null;
  return choice === 'now' ? at : endOfTime(times, at);
}
