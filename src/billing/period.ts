import { Temporal } from 'temporal-polyfill';
import { PERIOD_MONTHS } from './plans.ts';
import type { Subscription } from './queries.ts';

/** Calendar months and years are counted where the product is sold and invoiced. */
const CALENDAR_ZONE = 'Europe/Istanbul';

/** A time that a payment buys; the end is exclusive. */
export interface Period {
  start: Date;
  end: Date;
}

/**
 * The period that a payment taken at `at` buys: it follows the paid time that still runs, and starts at once when there is
 * none, a lapse included. What is left of a trial is not added.
 */
export function nextPeriod(subscription: Pick<Subscription, 'period_ends_at'>, at: Date): Period {
  const paidUntil = subscription.period_ends_at;
  const start = paidUntil !== null && paidUntil > at ? paidUntil : at;
  return { start, end: addMonths(start, PERIOD_MONTHS) };
}

/** The same day and clock time some calendar months later in Europe/Istanbul; the last day of a month that is too short. */
export function addMonths(from: Date, months: number): Date {
  const local = Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(CALENDAR_ZONE);
  return new Date(local.add({ months }).epochMilliseconds);
}

/** The calendar year in Europe/Istanbul: it numbers the invoices. */
export function calendarYear(at: Date): number {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(CALENDAR_ZONE).year;
}
