import type { Lab } from './lab.ts';

/** A line of the benchmark's table, in its own file under `rows/`. */
export interface BenchRow {
  /** Stable: figures of different days are compared by it. */
  name: string;
  /** Measures every round and returns one outcome, or several when one set-up shows more. */
  run(lab: Lab): Promise<Outcome[]>;
}

/** A promise about the ratio of the medians, what is measured over what it is measured against. */
export type Target = { atLeast: number } | { atMost: number };

/** Response times in milliseconds over all rounds. */
export interface Latency {
  p50: number;
  p99: number;
}

/** A promise about one figure by itself. */
export interface Limit {
  what: string;
  unit: string;
  /** Null: cannot be measured on this machine. */
  value: number | null;
  atMost: number;
}

export interface Outcome {
  name: string;
  what: string;
  against: string;
  unit: string;
  /** A figure for each round, in the order of the rounds; the two lists belong together. */
  subject: number[];
  reference: number[];
  /** Null for a figure that is shown for information only. */
  target: Target | null;
  limits: Limit[];
  subjectLatency: Latency | null;
  referenceLatency: Latency | null;
  /**
   * Largest memory of the app's process, over what it held before the rounds. Null where nobody asked or it
   * cannot be read.
   */
  peakMemoryMiB: number | null;
  /** The checks that were made, and what a reader must know to judge the figures. */
  notes: string[];
}
