import { describe, expect, it } from 'vitest';
import { axisFor } from '../../../src/web/charts/chart-axis.ts';

const valuesOf = (most: number, steps?: number[]): number[] =>
  axisFor(most, steps).lines.map(({ value }) => value);

describe('the axis of a chart', () => {
  it('ends at a round number that no bar exceeds, with at most four parts', () => {
    expect(valuesOf(1)).toEqual([1, 0]);
    expect(valuesOf(4)).toEqual([4, 3, 2, 1, 0]);
    expect(valuesOf(5)).toEqual([6, 4, 2, 0]);
    expect(valuesOf(13)).toEqual([15, 10, 5, 0]);
    expect(valuesOf(1234)).toEqual([1500, 1000, 500, 0]);
    for (let most = 1; most < 500; most += 7) {
      const { top, lines } = axisFor(most);
      expect(top).toBeGreaterThanOrEqual(most);
      expect(top).toBeLessThan(most * 2 + 1);
      expect(lines.length).toBeLessThanOrEqual(5);
    }
  });

  it('stands from the top down, in per cents of the height', () => {
    expect(axisFor(3).lines.map(({ y }) => y)).toEqual([0, 33.33, 66.67, 100]);
  });

  it('of a time in which nothing happened has one part', () => {
    expect(valuesOf(0)).toEqual([1, 0]);
  });

  it('has the steps that it is given', () => {
    expect(valuesOf(2000, [60, 300, 600, 900])).toEqual([2400, 1800, 1200, 600, 0]);
  });
});
