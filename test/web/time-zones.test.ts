import { describe, expect, it } from 'vitest';
import { listTimeZones } from '../../src/web/time-zones.ts';

const offsetAt = (at: string, zone: string): string | undefined =>
  listTimeZones(new Date(at)).find((each) => each.zone === zone)?.offset;

describe('the time zones to choose from', () => {
  it('begin with UTC, and have each zone once', () => {
    const zones = listTimeZones(new Date('2026-12-01T12:00:00Z')).map(({ zone }) => zone);
    expect(zones[0]).toBe('UTC');
    expect(zones).toContain('Europe/Istanbul');
    expect(new Set(zones).size).toBe(zones.length);
  });

  it.each([
    ['Europe/Berlin', '2026-10-25T00:59:59Z', 'GMT+2', '2026-10-25T01:00:00Z', 'GMT+1'],
    ['America/New_York', '2026-03-08T06:59:59Z', 'GMT-5', '2026-03-08T07:00:00Z', 'GMT-4'],
    ['Pacific/Chatham', '2026-04-04T13:59:59Z', 'GMT+13:45', '2026-04-04T14:00:00Z', 'GMT+12:45'],
    ['Australia/Lord_Howe', '2026-10-03T15:29:59Z', 'GMT+10:30', '2026-10-03T15:30:00Z', 'GMT+11'],
  ])('change with the clocks of %s, to the second', (zone, before, was, after, is) => {
    expect([offsetAt(before, zone), offsetAt(after, zone)]).toEqual([was, is]);
    expect(offsetAt(before, zone)).toBe(was);
  });
});
