import { fstatSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/** How often a terminal is looked at, in milliseconds: the kernel notes a reading to eight seconds. */
const LOOK_MS = 10_000;

/** What comes sooner after a report is not reported, in milliseconds: the app counts minutes. */
const REPORT_MS = 15_000;

/** Calls back at most every fifteen seconds, however often it is called. */
export function atMostSometimes(report: () => void): () => void {
  let next = 0;
  return () => {
    if (Date.now() < next) return;
    next = Date.now() + REPORT_MS;
    report();
  };
}

/**
 * Calls back when somebody has typed: whoever reads a terminal moves its time of access, which is how `w`
 * knows who is idle. Nothing that is typed passes through here.
 */
export function watchTerminal(terminal: number, onActive: () => void): void {
  let last = fstatSync(terminal).atimeMs;
  setInterval(() => {
    const now = readTime(terminal) ?? last;
    if (now !== last) onActive();
    last = now;
  }, LOOK_MS).unref();
}

/** Passes on what comes without a terminal, and calls back for each piece. */
export function pipeWatched(from: Readable, to: Writable, onActive: () => void): void {
  from.on('data', onActive);
  // A program that does not read to the end is no fault.
  to.on('error', () => from.destroy());
  from.on('error', () => to.end());
  from.pipe(to);
}

function readTime(terminal: number): number | null {
  try {
    return fstatSync(terminal).atimeMs;
  } catch {
    return null;
  }
}
