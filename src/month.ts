import { Temporal } from 'temporal-polyfill';
import { TIME_ZONE, localTime } from './local-calendar.ts';

/** A month as people here reckon it. */
export interface Month {
  /** `YYYY-MM`. */
  month: string;
  from: Date;
  to: Date;
  /** The months beside it; `next` is null when that has not begun at `at`. */
  previous: string;
  next: string | null;
}

/**
 * The month that `asked` names as `YYYY-MM`; the month of `at` when it names none, or one that has not begun.
 */
export function monthOf(asked: unknown, at: Date): Month {
  const now = localTime(at);
  const current = now.toPlainDate().toPlainYearMonth();
  const isMonth = typeof asked === 'string' && /^20\d{2}-(?:0[1-9]|1[0-2])$/.test(asked);
  const wanted = isMonth ? Temporal.PlainYearMonth.from(asked) : current;
  const month = Temporal.PlainYearMonth.compare(wanted, current) > 0 ? current : wanted;
  const next = month.add({ months: 1 });
  return {
    month: month.toString(),
    from: startOf(month),
    to: startOf(next),
    previous: month.subtract({ months: 1 }).toString(),
    next: month.equals(current) ? null : next.toString(),
  };
}

function startOf(month: Temporal.PlainYearMonth): Date {
  return new Date(month.toPlainDate({ day: 1 }).toZonedDateTime(TIME_ZONE).epochMilliseconds);
}
