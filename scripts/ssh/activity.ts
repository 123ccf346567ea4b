import { fstatSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/**
 * How often a terminal is checked, in milliseconds. The kernel rounds the time of a reading to eight seconds.
 */
const LOOK_MS = 10_000;

/** Least time between two reports, in milliseconds: the app counts minutes. */
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
 * Calls back when somebody has typed. A program that reads a terminal changes its time of access, by which
 * `w` knows who is idle. The typed text does not pass through here.
 */
export function watchTerminal(terminal: number, onActive: () => void): void {
  let last = fstatSync(terminal).atimeMs;
  setInterval(() => {
    const now = readTime(terminal) ?? last;
    if (now !== last) onActive();
    last = now;
  }, LOOK_MS).unref();
}

/** Passes input on where there is no terminal, and calls back for each piece. */
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
