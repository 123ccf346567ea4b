import { TooManyAttempts } from '../errors.ts';

/** When a download was refused because too many run, another try makes sense after so many seconds. */
const RETRY_AFTER_SECONDS = 15;

/** Lets only so many downloads run at once in one process. */
export interface DownloadSlots {
  /** Runs the download when there is a slot; throws `TooManyAttempts` otherwise. */
  run<T>(download: () => Promise<T>): Promise<T>;
}

/**
 * A download holds one connection for as long as its reader takes: a third of the pool at most, so that slow readers
 * cannot stop everybody else's work.
 */
export function createDownloadSlots(poolMax: number): DownloadSlots {
  const limit = Math.max(1, Math.floor(poolMax / 3));
  let running = 0;
  return {
    run: async (download) => {
      if (running >= limit) throw new TooManyAttempts(RETRY_AFTER_SECONDS);
      running += 1;
      try {
        return await download();
      } finally {
        running -= 1;
      }
    },
  };
}
