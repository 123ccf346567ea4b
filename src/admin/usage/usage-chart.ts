import { Temporal } from 'temporal-polyfill';
import { barAt, INNER_SHARE, middleOf, OUTER_SHARE, type Bar } from '../../web/charts/bar.ts';
import { axisFor, countingSteps, percent } from '../../web/charts/chart-axis.ts';
import type { Format } from '../../web/format.ts';
import type { DayUsage } from '../../workspace/sessions/usage-stats.ts';

/** Every so many days the axis names one: more would touch each other on a phone. */
const NAMED_EVERY = 7;

/** The chart of a month's use as numbers that the view draws. */
interface UsageChart {
  bars: { most: Bar; least: Bar }[];
  /** The scale beside the bars, and the days below them. */
  lines: { y: number; label: string }[];
  marks: { x: number; label: string }[];
}

/** Puts the days of a month side by side. `month` is `YYYY-MM`; days without use have no bar. */
export function drawUsage(days: DayUsage[], month: string, { t, number }: Format): UsageChart {
  const { daysInMonth } = Temporal.PlainYearMonth.from(month);
  const axis = axisFor(Math.max(0, ...days.map(({ connected_seconds }) => connected_seconds)), useSteps());
  const bar = (day: string, seconds: number, share: number): Bar =>
    barAt({ at: Number(day.slice(8)) - 1, places: daysInMonth, top: axis.top }, seconds, share);
  const named = Array.from(
    { length: Math.ceil(daysInMonth / NAMED_EVERY) },
    (_none, at) => at * NAMED_EVERY + 1,
  );
  return {
    bars: days.map(({ day, connected_seconds, active_seconds }) => ({
      most: bar(day, connected_seconds, OUTER_SHARE),
      least: bar(day, active_seconds, INNER_SHARE),
    })),
    lines: axis.lines.map(({ y, value }) => ({
      y,
      label:
        axis.top < 3600
          ? t('usage.axisMinutes', { count: value / 60 })
          : t('usage.axisHours', { count: value / 3600 }),
    })),
    marks: named.map((day) => ({ x: percent(middleOf(day - 1, daysInMonth)), label: number(day) })),
  };
}

/** Parts of an hour, then whole hours; in seconds. */
function* useSteps(): Generator<number> {
  yield* [60, 300, 600, 900];
  for (const hours of countingSteps()) yield hours * 3600;
}
