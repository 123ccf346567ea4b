import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** Beyond so many bytes a log is cut to its end. */
const LOG_MAX = 1_048_576;

/** How much of a log is kept when it is cut, and read for the page. */
const TAIL_BYTES = 16_384;

/** Lines of a log on the page. */
const TAIL_LINES = 100;

/** A file for the output of a process, which may outlive this one. Appends, so that cutting it is safe. */
export function openWorkspaceLog(path: string): number {
  return openSync(path, 'a', 0o600);
}

/** Cuts a log that has grown too long, and keeps its end. Output that is written at that moment is lost. */
export function boundWorkspaceLog(path: string): void {
  withFile(path, 'r+', undefined, (file) => {
    if (fstatSync(file).size <= LOG_MAX) return;
    const tail = readTail(file);
    ftruncateSync(file, 0);
    writeSync(file, tail, 0, tail.length, 0);
  });
}

/** The last lines of the log, without colours and control characters; empty when there is no log. */
export function tailOfWorkspaceLog(path: string): string[] {
  const text = withFile(path, 'r', '', (file) => readTail(file).toString('utf8'));
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .slice(-TAIL_LINES - 1);
  return lines.map((line) => line.replace(/\p{Cc}/gu, '')).filter((line) => line !== '');
}

function readTail(file: number): Buffer {
  const { size } = fstatSync(file);
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
  const read = readSync(file, buffer, 0, buffer.length, size - buffer.length);
  return buffer.subarray(0, read);
}

function withFile<Result>(path: string, flags: string, none: Result, use: (file: number) => Result): Result {
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none;
    throw error;
  }
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}
