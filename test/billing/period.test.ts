import { describe, expect, it } from 'vitest';
import { addMonths, nextPeriod } from '../../src/billing/period.ts';
import { calendarYear } from '../../src/local-calendar.ts';
import { nothingAhead } from './scene.ts';

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
    expect(
      nextPeriod(
        { period_started_at: null, period_ends_at: paidUntil, ...nothingAhead, cancels_at: null },
        istanbul('2026-04-01T00:00:00'),
      ),
    ).toEqual({
      start: paidUntil,
      end: istanbul('2026-05-20T09:00:00'),
    });
  });

  it.each([
    ['there was none', null, null],
    ['it ended long ago', istanbul('2026-01-01T00:00:00'), null],
    ['the days of grace end this very moment', istanbul('2026-03-25T00:00:00'), null],
    ['it was cancelled', istanbul('2026-03-30T00:00:00'), istanbul('2026-03-30T00:00:00')],
  ])('starts now when %s', (_, period_ends_at, cancels_at) => {
    const at = istanbul('2026-04-01T00:00:00');
    expect(nextPeriod({ period_started_at: at, period_ends_at, ...nothingAhead, cancels_at }, at)).toEqual({
      start: at,
      end: istanbul('2026-05-01T00:00:00'),
    });
  });

  it.each(['2026-02-28T10:00:00', '2026-03-07T09:59:59'])(
    'starts where the paid time ended when that is paid late, at %s: the days of grace are not free',
    (at) => {
      const paid = {
        period_started_at: istanbul('2026-01-31T10:00:00'),
        period_ends_at: istanbul('2026-02-28T10:00:00'),
        ...nothingAhead,
        cancels_at: null,
      };
      expect(nextPeriod(paid, istanbul(at))).toEqual({
        start: istanbul('2026-02-28T10:00:00'),
        end: istanbul('2026-03-31T10:00:00'),
      });
    },
  );

  it('follows the rest that a cancellation gave up: nobody loses days they paid for by paying again', () => {
    const paidUntil = istanbul('2026-04-20T09:00:00');
    const paid = { period_started_at: null, period_ends_at: paidUntil, ...nothingAhead };
    const cancels_at = istanbul('2026-03-30T00:00:00');
    expect(nextPeriod({ ...paid, cancels_at }, istanbul('2026-04-01T00:00:00'))).toEqual({
      start: paidUntil,
      end: istanbul('2026-05-20T09:00:00'),
    });
  });

  it('begins where the paid time ended also after a cancellation in the days of grace: they are not free', () => {
    const end = istanbul('2026-04-01T00:00:00');
    const paid = { period_started_at: null, period_ends_at: end, ...nothingAhead };
    const cancels_at = istanbul('2026-04-03T00:00:00');
    for (const at of ['2026-04-03T00:00:00', '2026-04-07T23:59:59'])
      expect(nextPeriod({ ...paid, cancels_at }, istanbul(at)).start).toEqual(end);
  });

  it.each([
    ['the 31st, after February', '2026-01-31', '2026-02-28', '2026-03-31'],
    ['the 31st, after a leap February', '2028-01-31', '2028-02-29', '2028-03-31'],
    ['the 31st, after a month of 30 days', '2026-03-31', '2026-04-30', '2026-05-31'],
    ['the 30th, after February', '2027-01-30', '2027-02-28', '2027-03-30'],
    ['the 30th, into a longer month', '2027-01-30', '2027-04-30', '2027-05-30'],
    ['29 February, a year later', '2028-02-29', '2029-02-28', '2029-03-29'],
    [
      'the 31st, whose end had drifted to the 28th before that was mended',
      '2026-01-31',
      '2026-05-28',
      '2026-06-30',
    ],
    ['a plain day', '2026-01-15', '2026-02-15', '2026-03-15'],
  ])('keeps the day the paid time began on: %s', (_, first, paidUntil, end) => {
    const clock = 'T00:30:00';
    const paid = {
      period_started_at: istanbul(first + clock),
      period_ends_at: istanbul(paidUntil + clock),
      ...nothingAhead,
      cancels_at: null,
    };
    expect(nextPeriod(paid, istanbul(first + clock)).end).toEqual(istanbul(end + clock));
  });

  it('belongs to the year it is in Istanbul', () => {
    expect(calendarYear(new Date('2026-12-31T20:59:59Z'))).toBe(2026);
    expect(calendarYear(new Date('2026-12-31T21:00:00Z'))).toBe(2027);
  });
});
