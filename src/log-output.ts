import { fstatSync, writeSync } from 'node:fs';

/**
 * The output of the log. Never blocks and never throws: a line that cannot be written is counted, and the
 * process serves on.
 */
interface LogOutput {
  write(line: string): void;
}

/** Called when lines are lost, and when writing works again. */
interface LogLosses {
  /** A line could not be written. */
  onLost(): void;
  /** Writing works again, after so many lines were lost. */
  onWorking(lostLines: number): void;
}

/** Bytes that may wait for a stalled reader. Further lines are lost. */
const WAITING_BYTES = 1_048_576;

/**
 * Standard output as this process received it. A file is written synchronously, which ends at once, also on a
 * full disk. A pipe or a socket is written by the event loop, since its reader may stall for ever.
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
  let unreported = 0;
  return {
    lose: () => {
      unreported += 1;
      onLost();
    },
    work: () => {
      if (unreported === 0) return;
      const lostLines = unreported;
      // Reset first: the report is a line of the log as well.
      unreported = 0;
      onWorking(lostLines);
    },
  };
}

function createFileOutput(fd: number, counter: LossCounter): LogOutput {
  // A disk that fills up may take half a line. The next one then begins on a new line.
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
  // A reader that is gone: each further line is lost.
  stdout.on('error', () => undefined);
  stdout.on('drain', counter.work);
  return {
    write: (line) => {
      if (!stdout.writable || stdout.writableLength > WAITING_BYTES) counter.lose();
      else if (stdout.write(line)) counter.work();
    },
  };
}
