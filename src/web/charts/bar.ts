import { percent } from './chart-axis.ts';

/** A bar of a chart. All lengths are per cents of the chart. */
export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Part of a place's width that a bar takes, and that of a bar within it. */
export const OUTER_SHARE = 0.75;
export const INNER_SHARE = 0.42;

/**
 * A bar from nothing up to `value`, in the middle of its place: the one with the number `at`, counted from 0,
 * among `places` beside each other. `top` is the highest value of the axis.
 */
export function barAt(
  { at, places, top }: { at: number; places: number; top: number },
  value: number,
  share: number,
): Bar {
  return {
    x: percent(middleOf(at, places) - share / 2 / places),
    y: percent(1 - value / top),
    width: percent(share / places),
    height: percent(value / top),
  };
}

/** The middle of a place, as a share of the chart's width. */
export function middleOf(at: number, places: number): number {
  return (at + 0.5) / places;
}
