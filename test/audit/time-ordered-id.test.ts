import { describe, expect, it } from 'vitest';
import { timeOrderedId } from '../../src/audit/time-ordered-id.ts';

const timeOf = (id: string): number => parseInt(id.replaceAll('-', '').slice(0, 12), 16);

describe('an id that is ordered by time', () => {
  it('is a UUIDv7 of the moment in which it was made', () => {
    const at = Date.now() + 1_000_000;
    const id = timeOrderedId(at);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOf(id)).toBe(at);
  });

  it('sorts behind all that were made before, however many a millisecond has, and when the clock goes back', () => {
    const at = Date.now() + 2_000_000;
    const ids = [
      ...Array.from({ length: 10_000 }, () => timeOrderedId(at)),
      timeOrderedId(at - 60_000),
      timeOrderedId(at + 60_000),
    ];
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(timeOf(ids.at(-1) ?? '')).toBe(at + 60_000);
  });
});
