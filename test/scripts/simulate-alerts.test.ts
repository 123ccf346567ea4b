import { describe, expect, it } from 'vitest';
import { simulate } from '../../scripts/simulation/simulate.ts';

describe('the rules of alerts, as they are without a choice', () => {
  it('bother honest people once in ten months at most, and find eleven of twelve kinds of takeovers', () => {
    const outcome = simulate({ people: 400, days: 240, tries: 30, seed: 5, addresses: 40_000 });
    // As `npm run simulate:alerts` asks of 10 000 people.
    expect(outcome.perPersonMonth).toBeLessThanOrEqual(0.1);
    // Rules that raise nothing would bother nobody.
    expect(outcome.alerts).toBeGreaterThan(50);
    expect(outcome.foundKinds).toBeGreaterThanOrEqual(11);
    const missed = outcome.takeovers.filter(({ isFound }) => !isFound).map(({ kind }) => kind);
    expect(missed).toEqual(['a stolen session']);
  });
});
