import { describe, expect, it } from 'vitest';
import { addMonths, calendarYear, nextPeriod } from '../../src/billing/period.ts';

const istanbul = (text: string): Date => new Date(`${text}+03:00`);

describe('a paid period', () => {
  it.each([
    ['a plain day', '2026-03-10T14:30:15', '2026-04-10T14:30:15'],
    ['the last day of January', '2026-01-31T23:59:59', '2026-02-28T23:59:59'],
    ['the last day of January in a leap year', '2028-01-31T00:00:00', '2028-02-29T00:00:00'],
    ['the last day of a month before a shorter one', '2026-05-31T08:00:00', '2026-06-30T08:00:00'],
    ['the end of a year', '2026-12-15T12:00:00', '2027-01-15T12:00:00'],
  ])('lasts one calendar month from %s', (_, start, end) => {
    expect(addMonths(istanbul(start), 1)).toEqual(istanbul(end));
  });

  it('counts days as they are in Istanbul, not in UTC', () => {
    // 22:30 UTC on 31 January is 1 February in Istanbul, whose month is 28 days long.
    expect(addMonths(new Date('2026-01-31T22:30:00Z'), 1)).toEqual(new Date('2026-02-28T22:30:00Z'));
  });

  it('follows the paid time that still runs', () => {
    const paidUntil = istanbul('2026-04-20T09:00:00');
    expect(nextPeriod({ period_ends_at: paidUntil }, istanbul('2026-04-01T00:00:00'))).toEqual({
      start: paidUntil,
      end: istanbul('2026-05-20T09:00:00'),
    });
  });

  it.each([
    ['there was none', null],
    ['it has lapsed', istanbul('2026-01-01T00:00:00')],
    ['it ends this very moment', istanbul('2026-04-01T00:00:00')],
  ])('starts now when %s', (_, period_ends_at) => {
    const at = istanbul('2026-04-01T00:00:00');
    expect(nextPeriod({ period_ends_at }, at)).toEqual({ start: at, end: istanbul('2026-05-01T00:00:00') });
  });

  it('belongs to the year it is in Istanbul', () => {
    expect(calendarYear(new Date('2026-12-31T20:59:59Z'))).toBe(2026);
    expect(calendarYear(new Date('2026-12-31T21:00:00Z'))).toBe(2027);
  });
});
