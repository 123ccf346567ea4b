import { axisFor, percent } from '../../web/charts/chart-axis.ts';
import type { Format } from '../../web/format.ts';
import type { SignInDay } from './queries.ts';

/** Part of a day's width that its bar takes. */
const BAR_SHARE = 0.7;

/** Every so many days the axis names one: more would touch each other on a phone. */
const NAMED_EVERY = 7;

/** A part of a bar. All lengths are per cents of the chart. */
interface BarPart {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The chart of sign-ins as numbers that the view draws: those that worked, with the refused ones on top. */
interface SignInChart {
  bars: { worked: BarPart; refused: BarPart }[];
  /** The scale beside the bars, and the days below them. */
  lines: { y: number; label: string }[];
  marks: { x: number; label: string }[];
  most: number;
  worked: number;
  refused: number;
}

/** Puts the days side by side, each as high as the axis says. */
export function drawSignIns(days: SignInDay[], { t, number }: Format): SignInChart {
  const most = Math.max(0, ...days.map(({ worked, refused }) => worked + refused));
  const axis = axisFor(most);
  const step = 1 / Math.max(1, days.length);
  const part = (index: number, count: number, below: number): BarPart => ({
    x: percent((index + (1 - BAR_SHARE) / 2) * step),
    y: percent(1 - (below + count) / axis.top),
    width: percent(BAR_SHARE * step),
    height: percent(count / axis.top),
  });
  return {
    most,
    worked: days.reduce((sum, { worked }) => sum + worked, 0),
    refused: days.reduce((sum, { refused }) => sum + refused, 0),
    bars: days.map(({ worked, refused }, index) => ({
      worked: part(index, worked, 0),
      refused: part(index, refused, worked),
    })),
    lines: axis.lines.map(({ y, value }) => ({ y, label: number(value) })),
    marks: days.flatMap(({ day }, index) =>
      index % NAMED_EVERY === 0
        ? [
            {
              x: percent((index + 0.5) * step),
              label: t('common.shortDay', { date: new Date(`${day}T12:00:00Z`) }),
            },
          ]
        : [],
    ),
  };
}
