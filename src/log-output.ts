import { fstatSync, writeSync } from 'node:fs';

/**
 * Where the log goes. Never blocks, never throws: a line that cannot be written is counted, and the process
 * serves on.
 */
interface LogOutput {
  write(line: string): void;
}

/** Told when lines are lost, and when writing works again. */
interface LogLosses {
  /** A line could not be written. */
  onLost(): void;
  /** Writing works again, after so many lines were lost. */
  onWorking(lostLines: number): void;
}

/** Bytes that may wait for a reader that stands still; lines beyond are lost. */
const WAITING_BYTES = 1_048_576;

/**
 * Standard output as it was given to this process. A file is written synchronously, since that ends at once,
 * also on a full disk. A pipe or a socket is written by the event loop, since its reader may stand still for
 * ever.
 */
export function createLogOutput(losses: LogLosses): LogOutput {
  const { stdout } = process;
  const counter = createLossCounter(losses);
  return isFile(stdout.fd) ? createFileOutput(stdout.fd, counter) : createStreamOutput(stdout, counter);
}

/** A device such as /dev/null or /dev/full is written like a file. */
function isFile(fd: number): boolean {
  const stats = fstatSync(fd);
  return stats.isFile() || (stats.isCharacterDevice() && !process.stdout.isTTY);
}

interface LossCounter {
  lose(): void;
  /** A line was written. */
  work(): void;
}

function createLossCounter({ onLost, onWorking }: LogLosses): LossCounter {
  let untold = 0;
  return {
    lose: () => {
      untold += 1;
      onLost();
    },
    work: () => {
      if (untold === 0) return;
      const lostLines = untold;
      // Before it is told: what it is told by is a line too.
      untold = 0;
      onWorking(lostLines);
    },
  };
}

function createFileOutput(fd: number, counter: LossCounter): LogOutput {
  // A disk that fills up may take half a line: what follows begins a new one.
  let isTorn = false;
  return {
    write: (line) => {
      const bytes = Buffer.from(isTorn ? `\n${line}` : line);
      let written = 0;
      try {
        while (written < bytes.length) written += writeSync(fd, bytes, written);
      } catch {
        isTorn ||= written > 0;
        counter.lose();
        return;
      }
      isTorn = false;
      counter.work();
    },
  };
}

function createStreamOutput(stdout: NodeJS.WriteStream, counter: LossCounter): LogOutput {
  // A reader that is gone: each line that follows is lost.
  stdout.on('error', () => undefined);
  stdout.on('drain', counter.work);
  return {
    write: (line) => {
      if (!stdout.writable || stdout.writableLength > WAITING_BYTES) counter.lose();
      else if (stdout.write(line)) counter.work();
    },
  };
}
