import { usualOffer } from '../prices/usual-currency.ts';
import type { Currency } from '../../currency.ts';
import { DAY_MS } from '../../durations.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Offer } from '../prices/find-offers.ts';
import type { Subscription } from '../queries.ts';
import { paidUntilOf, subscriptionState } from '../subscription-state.ts';

/** The payment that keeps a subscription going. Nothing is charged unless somebody pays. */
export interface NextCharge {
  plan: PaidPlan;
  currency: Currency;
  amountMinor: number;
  /** The end of the paid time: from then on the days of grace run. */
  dueAt: Date;
  /** From then on it is asked for. */
  askedFrom: Date;
  isAsked: boolean;
}

/**
 * The next payment of a company at the prices on offer; null while it has paid for nothing, is suspended or
 * has cancelled, and while no currency has prices.
 */
export function nextCharge(
  subscription: Subscription,
  { at, offers, reminderDays }: { at: Date; offers: Offer[]; reminderDays: { first: number } },
): NextCharge | null {
  const { state } = subscriptionState(subscription, at);
  const dueAt = paidUntilOf(subscription);
  const last = subscription.next_plan ?? subscription.plan;
  const plan = subscription.wanted_plan ?? last;
  if (dueAt === null || plan === 'trial' || subscription.cancels_at !== null) return null;
  if (state !== 'active' && state !== 'past_due') return null;
  const offer = usualOffer(offers, subscription);
  if (offer === undefined) return null;
  const askedFrom = new Date(dueAt.getTime() - reminderDays.first * DAY_MS);
  const amountMinor = offer.facts.prices[plan];
  return { plan, currency: offer.currency, amountMinor, dueAt, askedFrom, isAsked: askedFrom <= at };
}
