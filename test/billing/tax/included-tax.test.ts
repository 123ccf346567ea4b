import { describe, expect, it } from 'vitest';
import { includedTax } from '../../../src/billing/tax/included-tax.ts';

describe('the tax inside a price', () => {
  it.each([
    [149_900, 20, 24_983],
    [12_000, 20, 2000],
    [100, 20, 17],
    [1, 20, 0],
    [3, 20, 1],
    [0, 20, 0],
    [12_050, 0, 0],
    [11_850, 18.5, 1850],
    [101, 1, 1],
    [9_007_199_254_740_991, 20, 1_501_199_875_790_165],
  ])('of %d at %d per cent is %d', (total, percent, tax) => {
    expect(includedTax(total, percent)).toBe(tax);
  });

  it('rounds half a unit up', () => {
    // 3 * 20 / 120 is exactly a half; 9 * 20 / 120 is one and a half.
    expect(includedTax(3, 20)).toBe(1);
    expect(includedTax(9, 20)).toBe(2);
  });

  it('is never more than the total, and net plus tax is the total', () => {
    for (let total = 0; total < 2000; total += 7) {
      for (const percent of [0, 1, 8, 10, 18, 20, 100]) {
        const tax = includedTax(total, percent);
        expect(tax).toBeGreaterThanOrEqual(0);
        expect(tax).toBeLessThanOrEqual(total);
        expect(Math.abs(tax - (total * percent) / (100 + percent))).toBeLessThanOrEqual(0.5);
      }
    }
  });
});
