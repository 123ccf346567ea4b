import { Temporal } from 'temporal-polyfill';
import { HOUR_MS } from '../durations.ts';
import { localTime, TIME_ZONE } from '../local-calendar.ts';

/** The last second of a day (YYYY-MM-DD) in Istanbul: banks give days, and a day counts to its end. */
export function endOfDay(day: string): Date {
  const next = Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime(TIME_ZONE);
  return new Date(next.epochMilliseconds - 1000);
}

/** The end of the last day for an answer: so many days after the day on which the notice came. */
export function answerDeadline(receivedAt: Date, days: number): Date {
  return endOfDay(localTime(receivedAt).toPlainDate().add({ days }).toString());
}

/** The time that is left for an answer; null where nothing counts down: no last day, answered, or ended. */
interface TimeLeft {
  /** Whole hours, below zero when the day is over. */
  hours: number;
  days: number;
  /** Two people are told by mail in these hours. */
  isUrgent: boolean;
}

/** The time that is left until the last day of a case ends. */
export function timeLeft(
  { answer_by: deadline, closed_at: closedAt }: { answer_by: Date | null; closed_at: Date | null },
  at: Date,
): TimeLeft | null {
  if (deadline === null || closedAt !== null) return null;
  const hours = Math.floor((deadline.getTime() - at.getTime()) / HOUR_MS);
  return { hours, days: Math.floor(hours / 24), isUrgent: hours < 48 };
}
