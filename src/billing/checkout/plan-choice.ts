import type { PaidPlan } from '../../plan.ts';
import type { Format } from '../../web/format.ts';
import { smallerPlanFrom } from '../life/want-plan.ts';
import { quoteOrder } from '../order-rules.ts';
import type { PaidMonths } from '../price-facts.ts';
import type { PlanOffer } from '../plans.ts';
import type { Offer } from '../prices/find-offers.ts';
import type { Subscription } from '../queries.ts';
import type { SubscriptionState } from '../subscription-state.ts';
import { promisedTime, refusalKeys } from './refusal-words.ts';

/** A plan on sale for an admin: what its button does, and what it costs now or why it cannot be bought. */
export interface PlanChoice {
  offer: PlanOffer;
  amountMinor: number;
  current: boolean;
  featured: boolean;
  action: { href: string; text: string } | null;
  note: string | null;
}

/** Describes a plan as an admin may buy it, change to it, or not yet buy it. */
export function planChoice(
  input: { at: Date; format: Format },
  {
    subscription,
    state,
    offer,
    paidMonths,
  }: {
    subscription: Subscription;
    state: SubscriptionState;
    offer: Extract<Offer, { ok: true }>;
    paidMonths: readonly PaidMonths[];
  },
  sold: PlanOffer,
): PlanChoice {
  const { t } = input.format;
  const plan = t(`common.plan_${sold.key}`);
  const isPaidFor = state.state === 'active' || state.state === 'past_due';
  const current = isPaidFor && state.plan === sold.key;
  const wish = { plan: sold.key, currency: offer.currency, facts: offer.facts, paidMonths };
  const quote = quoteOrder(subscription, wish, input.at);
  return {
    offer: sold,
    amountMinor: offer.facts.prices[sold.key],
    current,
    featured: sold.key === 'team',
    action: quote.ok
      ? {
          href: `/billing/order/${sold.key}?currency=${offer.currency}`,
          text:
            quote.facts.upgrade !== undefined
              ? t('billing.upgrade', { plan })
              : current
                ? t('billing.addMonth')
                : t('billing.buy', { plan }),
        }
      : changeAction(input, subscription, sold.key),
    note: choiceNote(input.format, quote, sold.key),
  };
}

/** A smaller plan than the one in force can be wanted from the end of the paid time on. */
function changeAction(
  { at, format: { t, when } }: { at: Date; format: Format },
  subscription: Subscription,
  plan: PaidPlan,
): PlanChoice['action'] {
  const from = smallerPlanFrom(subscription, plan, at);
  if (from === null) return null;
  return { href: `/billing/change/${plan}`, text: t('billing.changeFrom', { date: when(from, 'day') }) };
}

/** Says what an upgrade costs now, or why a plan cannot be bought. */
function choiceNote(format: Format, quote: ReturnType<typeof quoteOrder>, plan: PaidPlan): string | null {
  const { t, money, when } = format;
  const name = t(`common.plan_${plan}`);
  if (!quote.ok) {
    const date = quote.possibleAt === null ? null : promisedTime(format, quote.possibleAt);
    return `${name}: ${t(refusalKeys[quote.reason].short, { date })}`;
  }
  const { upgrade, currency } = quote.facts;
  if (upgrade === undefined) return null;
  const amount = money(quote.amountMinor, currency);
  return `${name}: ${t('billing.upgradeCosts', { amount, date: when(quote.period.end) })}`;
}
