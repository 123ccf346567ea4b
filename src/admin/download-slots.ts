import { setTimeout as pause } from 'node:timers/promises';
import { TooManyAttempts } from '../errors.ts';

/** When a download was refused because too many run, another try makes sense after so many seconds. */
const RETRY_AFTER_SECONDS = 15;

/** A download whose last byte has been sent is still being written down: who asks for the next one waits, in milliseconds. */
const GRACE_MS = 1000;

/** Lets only so many downloads run at once in one process. */
export interface DownloadSlots {
  /** Runs the download of `owner` (a company) when there is a slot; throws `TooManyAttempts` otherwise. */
  run<T>(owner: string, download: () => Promise<T>): Promise<T>;
}

/**
 * A download holds one connection for as long as its reader takes: a third of the pool at most, so that slow readers
 * cannot stop everybody else's work, and one for each owner, so that one company's cannot stop another's.
 */
export function createDownloadSlots(poolMax: number): DownloadSlots {
  const limit = Math.max(1, Math.floor(poolMax / 3));
  const running = new Map<string, Promise<unknown>>();
  return {
    run: async (owner, download) => {
      const other = running.get(owner)?.catch(() => undefined);
      if (other !== undefined) await Promise.race([other, pause(GRACE_MS, null, { ref: false })]);
      if (running.has(owner) || running.size >= limit) throw new TooManyAttempts(RETRY_AFTER_SECONDS);
      const started = download();
      running.set(owner, started);
      try {
        return await started;
      } finally {
        running.delete(owner);
      }
    },
  };
}
