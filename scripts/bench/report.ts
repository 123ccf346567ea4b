import type { Machine } from './machine.ts';
import type { Limit, Outcome, Target } from './outcome.ts';
import { compare, median, type Comparison } from './statistics.ts';

/** Everything a run has found, as it goes into the JSON file. */
interface Report {
  startedAt: string;
  seconds: number;
  rounds: number;
  /** Rows of the large audit table. */
  rows: number;
  /** True: the figures prove nothing. */
  quick: boolean;
  machine: Machine;
  outcomes: (Outcome & { comparison: Comparison; verdict: Verdict })[];
}

/** `told`: a figure without a target. */
type Verdict = 'met' | 'missed' | 'told';

/** Puts a run's outcomes together with their ratios and verdicts. */
export function createReport(run: Omit<Report, 'outcomes'>, outcomes: Outcome[]): Report {
  return {
    ...run,
    outcomes: outcomes.map((outcome) => {
      const comparison = compare(outcome.subject, outcome.reference);
      return { ...outcome, comparison, verdict: judge(outcome, comparison) };
    }),
  };
}

/** The report as text for people. */
export function formatReport(report: Report): string {
  const { machine } = report;
  return [
    ...(report.quick ? ['A quick run: small tables and short rounds. Its figures prove nothing.', ''] : []),
    `${machine.cpu}, ${String(machine.cores)} cores, ${String(machine.memoryGiB)} GiB, ${machine.system}`,
    `Node ${machine.node}, Postgres ${machine.postgres}, commit ${machine.commit ?? 'unknown'}`,
    `${report.startedAt}, ${String(report.rounds)} rounds, audit table of ${grouped(report.rows)} rows, ` +
      `${String(Math.round(report.seconds))} s in all`,
    '',
    ...formatTable(report.outcomes.map(toCells)),
    '',
    ...report.outcomes.flatMap(formatDetails),
  ].join('\n');
}

function judge({ target, limits }: Outcome, { ratio }: Comparison): Verdict {
  if (target === null && limits.length === 0) return 'told';
  return isReached(target, ratio) && limits.every(isKept) ? 'met' : 'missed';
}

function isReached(target: Target | null, ratio: number): boolean {
  if (target === null) return true;
  return 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost;
}

function isKept({ value, atMost }: Limit): boolean {
  return value === null || value <= atMost;
}

const HEAD = ['row', 'measured', 'against', 'unit', 'ratio', 'target', 'per round', 'verdict'];

function toCells({ name, unit, target, comparison, verdict }: Report['outcomes'][number]): string[] {
  return [
    name,
    figure(comparison.subjectMedian),
    figure(comparison.referenceMedian),
    unit,
    `${comparison.ratio.toFixed(2)} x`,
    target === null
      ? ''
      : 'atLeast' in target
        ? `>= ${String(target.atLeast)} x`
        : `<= ${String(target.atMost)} x`,
    `${comparison.ratioMin.toFixed(2)}..${comparison.ratioMax.toFixed(2)}`,
    verdict,
  ];
}

function formatTable(rows: string[][]): string[] {
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(HEAD), rule, ...rows.map(line)];
}

function formatDetails(outcome: Report['outcomes'][number]): string[] {
  const { name, what, against, subjectLatency, referenceLatency, peakMemoryMiB, limits, notes } = outcome;
  const latency = (side: string, of: Outcome['subjectLatency']): string[] =>
    of === null ? [] : [`  ${side}: p50 ${figure(of.p50)} ms, p99 ${figure(of.p99)} ms`];
  return [
    `${name}: ${what}, against ${against}`,
    ...latency('measured', subjectLatency),
    ...latency('against', referenceLatency),
    ...(peakMemoryMiB === null ? [] : [`  peak memory of the app over idle: ${figure(peakMemoryMiB)} MiB`]),
    ...limits.map(describeLimit),
    ...notes.map((note) => `  ${note}`),
  ];
}

function describeLimit(limit: Limit): string {
  const { what, unit, value, atMost } = limit;
  if (value === null) return `  ${what}: not to be had on this system`;
  return `  ${what}: ${figure(value)} ${unit} (at most ${figure(atMost)}): ${isKept(limit) ? 'met' : 'missed'}`;
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 100 ? grouped(Math.round(value)) : value.toPrecision(3);
}

/** Thousands apart, as in bench/README.md. */
function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}

/** The middle of a figure that was taken every round, or null when it could not be taken. */
export function medianOrNull(values: readonly (number | null)[]): number | null {
  const taken = values.filter((value) => value !== null);
  return taken.length === 0 ? null : median(taken);
}
