import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { evenOut } from '../../src/web/even-answer.ts';

describe('an answer whose time says nothing', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it.each([
    [0, 50],
    [1, 49],
    [49, 1],
    [50, 50],
    [112, 38],
  ])('waits, when the work took %i ms, for %i more', async (worked, wait) => {
    const receivedAt = new Date();
    vi.advanceTimersByTime(worked);
    const answered = vi.fn();
    void evenOut({ receivedAt }).then(answered);
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(answered).toHaveBeenCalledOnce();
  });

  it('waits for a step at most when the clock was set back meanwhile', async () => {
    const answered = vi.fn();
    void evenOut({ receivedAt: new Date(Date.now() + 3_600_000) }).then(answered);
    await vi.advanceTimersByTimeAsync(50);
    expect(answered).toHaveBeenCalledOnce();
  });
});
