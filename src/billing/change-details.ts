import type { Subscription } from './queries.ts';
import { paidUntilOf, planAt, subscriptionState } from './subscription-state.ts';

/**
 * A change of a subscription as its audit row tells it: state, plan, paid time and cancellation before and
 * after. A pair that is null on both sides is left out.
 */
export function changeDetails(before: Subscription, after: Subscription, at: Date): Record<string, unknown> {
  return {
    state_before: subscriptionState(before, at).state,
    state_after: subscriptionState(after, at).state,
    plan_before: planAt(before, at),
    plan_after: planAt(after, at),
    paid_until_before: paidUntilOf(before),
    paid_until_after: paidUntilOf(after),
    ...(before.next_plan === null && after.next_plan === null
      ? {}
      : { next_plan_before: before.next_plan, next_plan_after: after.next_plan }),
    ...(before.wanted_plan === null && after.wanted_plan === null
      ? {}
      : { wanted_plan_before: before.wanted_plan, wanted_plan_after: after.wanted_plan }),
    ...(before.cancels_at === null && after.cancels_at === null
      ? {}
      : { cancels_at_before: before.cancels_at, cancels_at_after: after.cancels_at }),
  };
}
