import { Temporal } from 'temporal-polyfill';
import { localDay } from '../../local-calendar.ts';

/** Whole days, both included, as `2026-11-30`. */
export interface Days {
  from: string;
  to: string;
}

/** The calendar day of a moment where the gateway counts days, Istanbul. */
export function gatewayDay(at: Date): string {
  return localDay(at);
}

/** The day so many days before another. */
export function daysBefore(day: string, days: number): string {
  return Temporal.PlainDate.from(day).subtract({ days }).toString();
}

/** Cuts days into pieces of at most `length`, the oldest first. None when `from` is after `to`. */
export function cutDays({ from, to }: Days, length: number): Days[] {
  const pieces: Days[] = [];
  const last = Temporal.PlainDate.from(to);
  let start = Temporal.PlainDate.from(from);
  while (Temporal.PlainDate.compare(start, last) <= 0) {
    const end = start.add({ days: length - 1 });
    const isPast = Temporal.PlainDate.compare(end, last) > 0;
    pieces.push({ from: start.toString(), to: (isPast ? last : end).toString() });
    start = start.add({ days: length });
  }
  return pieces;
}
