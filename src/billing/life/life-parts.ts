import type { Offer } from '../prices/find-offers.ts';
import type { Subscription } from '../queries.ts';
import { cancelMoment, endOfTime } from './cancel-moment.ts';
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
    canCancel: cancelMoment(subscription, 'now', at) !== null,
  };
}
