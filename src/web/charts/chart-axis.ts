/** A line across a chart, with what it stands for. */
interface AxisLine {
  /** Distance from the top, in per cent of the chart's height. */
  y: number;
  value: number;
}

/** The scale beside a chart: from nothing to `top`, which is at least the highest value. */
interface Axis {
  top: number;
  /** From the top down. */
  lines: AxisLine[];
}

/** More lines than this are a grid, and their words touch each other on a low chart. */
const PARTS_MAX = 4;

/** Steps between two lines of an axis that counts: 1, 2, 5, 10, 20, 50 … */
export function* countingSteps(): Generator<number, never> {
  for (let power = 1; ; power *= 10) yield* [power, 2 * power, 5 * power];
}

/**
 * The axis for values up to `most`, with the first of `steps` that divides it into at most four parts. The
 * steps rise without an end.
 */
export function axisFor(most: number, steps: Iterable<number> = countingSteps()): Axis {
  for (const step of steps) {
    const parts = Math.max(1, Math.ceil(most / step));
    if (parts > PARTS_MAX) continue;
    const lines = Array.from({ length: parts + 1 }, (_none, at) => ({
      y: percent(at / parts),
      value: (parts - at) * step,
    }));
    return { top: parts * step, lines };
  }
  throw new Error('Bug! the steps of an axis came to an end');
}

/** A share of a chart in per cent, to a hundredth: an SVG needs no more. */
export function percent(share: number): number {
  return Math.round(share * 10_000) / 100;
}
