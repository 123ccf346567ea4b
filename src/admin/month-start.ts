import { Temporal } from 'temporal-polyfill';
import { TIME_ZONE } from '../web/format.ts';

/** The first moment of the month in Istanbul. */
export function monthStart(at: Date): Date {
  const now = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(TIME_ZONE);
  return new Date(now.with({ day: 1 }).startOfDay().epochMilliseconds);
}
