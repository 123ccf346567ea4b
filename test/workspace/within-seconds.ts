import { expect, vi } from 'vitest';

/** The longest time, in seconds, for which access may outlive its end. */
const PROMISED = 3;

/**
 * Asks once a second, as a proxy or a page would, until the answer is `expected`; fails after the seconds
 * that are promised. Only the clock goes on: nothing waits.
 */
export async function expectWithinSeconds<T>(ask: () => Promise<T>, expected: T): Promise<void> {
  const start = Date.now();
  try {
    for (let second = 1; second < PROMISED; second += 1) {
      vi.useFakeTimers({ toFake: ['Date'], now: start + second * 1000 });
      if ((await ask()) === expected) return;
    }
    vi.useFakeTimers({ toFake: ['Date'], now: start + PROMISED * 1000 });
    expect(await ask()).toBe(expected);
  } finally {
    vi.useRealTimers();
  }
}
