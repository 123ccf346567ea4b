import { Temporal } from 'temporal-polyfill';

/** Days, months and years are counted where the product is sold and invoiced. Stored times carry UTC. */
export const TIME_ZONE = 'Europe/Istanbul';

/** A moment with the date and clock time that people read in `TIME_ZONE`. */
export function localTime(at: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(TIME_ZONE);
}

/** The day of a moment in `TIME_ZONE`, YYYY-MM-DD. */
export function localDay(at: Date): string {
  return localTime(at).toPlainDate().toString();
}

/** Midnight of the first day of the month of `at`, in `TIME_ZONE`. */
export function startOfMonth(at: Date): Date {
  return new Date(localTime(at).with({ day: 1 }).startOfDay().epochMilliseconds);
}

/** The year of `at` in `TIME_ZONE`. Invoices are numbered by it. */
export function calendarYear(at: Date): number {
  return localTime(at).year;
}
