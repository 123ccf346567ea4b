import { Temporal } from 'temporal-polyfill';
import { TIME_ZONE } from '../web/format.ts';

/** Midnight of the first day of the month of `at`, as people here reckon it (Europe/Istanbul). */
export function startOfMonth(at: Date): Date {
  const day = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(TIME_ZONE);
  return new Date(day.with({ day: 1 }).startOfDay().epochMilliseconds);
}
