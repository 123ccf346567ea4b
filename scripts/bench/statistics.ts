import type { Latency } from './outcome.ts';

/** The middle value; of an even number of values the mean of the two in the middle. NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** The value that `percent` of all values do not exceed (nearest rank). NaN without values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** How one thing compares with another over several rounds. */
export interface Comparison {
  subjectMedian: number;
  referenceMedian: number;
  /** The ratio of the medians, subject over reference. */
  ratio: number;
  /** The smallest and the largest ratio of one round. */
  ratioMin: number;
  ratioMax: number;
}

/** Compares two lists of equal length, one value of each for every round. */
export function compare(subject: readonly number[], reference: readonly number[]): Comparison {
  const ratios = subject.map((value, round) => value / (reference[round] ?? Number.NaN));
  const [subjectMedian, referenceMedian] = [median(subject), median(reference)];
  return {
    subjectMedian,
    referenceMedian,
    ratio: subjectMedian / referenceMedian,
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
  };
}

/** The median over the rounds of each round's p50 and p99. */
export function medianLatency(rounds: readonly { latency: Latency }[]): Latency {
  return {
    p50: median(rounds.map(({ latency }) => latency.p50)),
    p99: median(rounds.map(({ latency }) => latency.p99)),
  };
}

/**
 * How far two samples can be told apart: 0 when a value of the one is as often above as below a value of the
 * other, 0.5 when it always is on the same side. Source: Mann and Whitney's U, divided by both sizes.
 */
export function separation(a: readonly number[], b: readonly number[]): number {
  const wins = a.reduce((sum, x) => sum + b.reduce((all, y) => all + (x > y ? 1 : x === y ? 0.5 : 0), 0), 0);
  return Math.abs(wins / (a.length * b.length) - 0.5);
}
