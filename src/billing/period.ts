import { localTime } from '../local-calendar.ts';
import { DAY_MS } from '../durations.ts';
import { GRACE_DAYS, PERIOD_MONTHS } from './plans.ts';
import type { Subscription } from './queries.ts';
import { paidUntilOf } from './subscription-state.ts';

/** The last day that every month has: only a later one can be cut off by a shorter month. */
const LAST_DAY_OF_EVERY_MONTH = 28;

/** A time that a payment buys; the end is exclusive. */
export interface Period {
  start: Date;
  end: Date;
}

/**
 * The paid time without a gap: the day its months are counted from, and its ends, all null until the first
 * payment; and when it is cancelled.
 */
export type PaidTime = Pick<
  Subscription,
  'period_started_at' | 'period_ends_at' | 'next_period_ends_at' | 'cancels_at'
>;

/**
 * The month that follows the paid time, or that starts at once when none is left. The rest of a trial is not
 * added. A larger plan's month does not follow: `boughtPeriod` decides what a payment buys.
 *
 * 1. Paid time that a cancellation gave up goes on with the payment, and the month follows it.
 * 2. Within the days of grace the month begins where the paid time ended, since the company has gone on using
 *    it; a cancellation in these days does not make them free. None follow a cancellation for the end.
 */
export function nextPeriod(paid: PaidTime, at: Date): Period {
  const paidUntil = paidUntilOf(paid);
  if (paidUntil === null || !(isRunning(paid, at) || isInGrace(paid, paidUntil, at)))
    return { start: at, end: addMonths(at, PERIOD_MONTHS) };
  return { start: paidUntil, end: addMonths(paidUntil, PERIOD_MONTHS, paid.period_started_at) };
}

function isInGrace({ cancels_at: cancelsAt }: PaidTime, paidUntil: Date, at: Date): boolean {
  const hasGrace = cancelsAt === null || cancelsAt > paidUntil;
  return hasGrace && at.getTime() < paidUntil.getTime() + GRACE_DAYS * DAY_MS;
}

/**
 * True while paid time is left, also when a cancellation gave it up: a payment goes on with it, and so does
 * taking the cancellation back.
 */
export function isRunning(paid: PaidTime, at: Date): boolean {
  const paidUntil = paidUntilOf(paid);
  return paidUntil !== null && paidUntil > at;
}

/** True from the moment on at which a cancellation takes effect. */
export function isCancelled({ cancels_at: cancelsAt }: Pick<PaidTime, 'cancels_at'>, at: Date): boolean {
  return cancelsAt !== null && cancelsAt <= at;
}

/**
 * The same day and clock time some calendar months later in Europe/Istanbul; the last day of a month that
 * is too short. `from` may itself have been cut off by a short month: the day meant is then that of
 * `anchor`, from which the months of the paid time are counted. So what was bought on the 31st ends on 28
 * February, and a month later on 31 March.
 */
export function addMonths(from: Date, months: number, anchor: Date | null = null): Date {
  const local = localTime(from);
  const moved = local.add({ months });
  const meant = anchor === null ? 0 : localTime(anchor).day;
  const isCutOff = local.day >= LAST_DAY_OF_EVERY_MONTH && meant > local.day;
  // Temporal cuts a day that the month does not have.
  return new Date((isCutOff ? moved.with({ day: meant }) : moved).epochMilliseconds);
}

/**
 * The nearest earlier time on the same day of the month, in Europe/Istanbul: a month before, or two when
 * the month before is too short for that day.
 */
export function sameDayBefore(at: Date): Date {
  const oneMonthBefore = addMonths(at, -1);
  return localTime(oneMonthBefore).day === localTime(at).day ? oneMonthBefore : addMonths(at, -2);
}
