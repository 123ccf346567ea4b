import type { Offer } from '../prices/find-offers.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Subscription } from '../queries.ts';
import { cancelMoment, endOfTime } from './cancel-moment.ts';
import { isCancelled } from '../period.ts';
import { segmentsOf } from '../segments.ts';
import { nextCharge, type NextCharge } from './next-charge.ts';

/** The life of the subscription as the billing page shows it to admins. */
export interface LifeParts {
  next: NextCharge | null;
  cancellation: {
    cancelsAt: Date;
    isOver: boolean;
    /** Null when no time is left to go on with. */
    canResumeUntil: Date | null;
  } | null;
  /** A smaller plan that follows; `isPaid` false: it is only wanted, and the next payment orders it. */
  change: { plan: PaidPlan; from: Date; isPaid: boolean } | null;
  canCancel: boolean;
}

/** Reads them from the subscription at a moment. */
export function lifeParts(
  subscription: Subscription,
  { at, offers, reminderDays }: { at: Date; offers: Offer[]; reminderDays: { first: number } },
): LifeParts {
  const { cancels_at: cancelsAt } = subscription;
  return {
    next: nextCharge(subscription, { at, offers, reminderDays }),
    cancellation:
      cancelsAt === null
        ? null
        : { cancelsAt, isOver: cancelsAt <= at, canResumeUntil: endOfTime(subscription, at) },
    change: changeAhead(subscription, at),
    canCancel: cancelMoment(subscription, 'now', at) !== null,
  };
}

function changeAhead(subscription: Subscription, at: Date): LifeParts['change'] {
  const [segment, ahead] = segmentsOf(subscription, at);
  const { wanted_plan: wanted } = subscription;
  if (isCancelled(subscription, at)) return null;
  if (ahead !== undefined) return { plan: ahead.plan, from: ahead.start, isPaid: true };
  if (segment === undefined || wanted === null) return null;
  return { plan: wanted, from: segment.end, isPaid: false };
}
