import { Temporal } from 'temporal-polyfill';
import { localTime } from '../../local-calendar.ts';

/** The bank publishes at about half past three in the afternoon of Europe/Istanbul. */
const PUBLISHED_AT = Temporal.PlainTime.from('15:30');

/**
 * The day of the newest bulletin that there can be at a moment, as `2026-11-30`: today from 15:30 on, else
 * the weekday before. On a holiday there is none; the calendar of holidays is not known here.
 */
export function newestPossibleBulletin(at: Date): string {
  const now = localTime(at);
  const isOut = Temporal.PlainTime.compare(now.toPlainTime(), PUBLISHED_AT) >= 0;
  let day = isOut ? now.toPlainDate() : now.toPlainDate().subtract({ days: 1 });
  while (isWeekend(day)) day = day.subtract({ days: 1 });
  return day.toString();
}

/** The weekdays from `days` days before `until` up to the day before it, oldest first. */
export function weekdaysBefore(until: string, days: number): string[] {
  const end = Temporal.PlainDate.from(until);
  return Array.from({ length: days }, (_, index) => end.subtract({ days: days - index }))
    .filter((day) => !isWeekend(day))
    .map(String);
}

/** The day after, from which on a bulletin counts: an invoice of a day takes the last bulletin before it. */
export function dayAfter(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString();
}

function isWeekend({ dayOfWeek }: Temporal.PlainDate): boolean {
  return dayOfWeek > 5;
}
