import type { Knex } from 'knex';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { TooManyAttempts } from '../errors.ts';

/** Counts attempts across all processes. */
export interface RateLimit {
  /** Takes one attempt of `key`. Throws `TooManyAttempts` when none is left. */
  consume(key: string): Promise<void>;
}

/**
 * Allows `points` attempts in `durationSeconds` for each key, counted in the table `rate_limits`. While
 * Postgres does not answer each process counts for itself, so a hiccup never becomes a refusal.
 */
export function createRateLimit(
  db: Knex,
  options: { name: string; points: number; durationSeconds: number },
): RateLimit {
  const { name, points, durationSeconds } = options;
  const limiter = new RateLimiterPostgres({
    storeClient: db,
    storeType: 'knex',
    tableName: 'rate_limits',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: name,
    points,
    duration: durationSeconds,
    insuranceLimiter: new RateLimiterMemory({ points, duration: durationSeconds }),
  });
  return {
    consume: async (key) => {
      try {
        await limiter.consume(key);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw new TooManyAttempts(Math.ceil(refusal.msBeforeNext / 1000));
      }
    },
  };
}
