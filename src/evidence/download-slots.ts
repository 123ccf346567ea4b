import { setTimeout as pause } from 'node:timers/promises';
import { TooManyAttempts } from '../errors.ts';
import type { RateLimit } from '../web/rate-limit.ts';

/** Seconds after which another try makes sense when too many downloads are running. */
const RETRY_AFTER_SECONDS = 15;

/**
 * A finished download is still being recorded for a moment. The next one of the same person waits for that,
 * in milliseconds.
 */
const GRACE_MS = 1000;

/** The person who downloads, and the company whose data it is. */
export interface DownloadOwner {
  userId: number;
  companyId: number;
  isOperator: boolean;
}

/** Lets only so many downloads run at once in one process. */
export interface DownloadSlots {
  /** Runs the download when there is a slot for its owner; throws `TooManyAttempts` otherwise. */
  run<T>(owner: DownloadOwner, download: () => Promise<T>): Promise<T>;
}

interface Running extends DownloadOwner {
  done: Promise<unknown>;
}

/**
 * Shares the database connections between downloads. A download holds one connection for as long as its
 * reader takes (`sendDownload` cuts a slow one).
 *
 * 1. A person has one download at a time, so that nobody holds the connections of others.
 * 2. A company has all customers' slots but one, so that its people together do not keep out another company.
 * 3. A company has so many downloads an hour (`perCompany`), across all processes.
 * 4. Operators have slots of their own and no such limit, so that a party to a dispute cannot stop the
 * answer to it.
 */
export function createDownloadSlots(poolMax: number, perCompany?: RateLimit): DownloadSlots {
  const forCustomers = Math.max(2, Math.floor(poolMax / 3));
  const forOperators = Math.max(1, Math.floor(poolMax / 5));
  const running = new Map<string, Running>();
  const count = (fits: (other: Running) => boolean): number => [...running.values()].filter(fits).length;
  const hasRoom = ({ companyId, isOperator }: DownloadOwner): boolean => {
    if (isOperator) return count((other) => other.isOperator) < forOperators;
    return (
      count((other) => !other.isOperator) < forCustomers &&
      count((other) => !other.isOperator && other.companyId === companyId) < Math.max(1, forCustomers - 1)
    );
  };
  return {
    run: async (owner, download) => {
      if (!owner.isOperator && perCompany !== undefined) await perCompany.consume(String(owner.companyId));
      const key = String(owner.userId);
      const other = running.get(key)?.done.catch(() => undefined);
      if (other !== undefined) await Promise.race([other, pause(GRACE_MS, null, { ref: false })]);
      if (running.has(key) || !hasRoom(owner)) throw new TooManyAttempts(RETRY_AFTER_SECONDS);
      const done = download();
      running.set(key, { ...owner, done });
      try {
        return await done;
      } finally {
        running.delete(key);
      }
    },
  };
}

/** The owner of a download that a signed-in person asks for. */
export function downloadOwner(user: { id: number; role: string }, companyId: number): DownloadOwner {
  return { userId: user.id, companyId, isOperator: user.role === 'operator' };
}
