import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { HOUR_MS } from '../durations.ts';

/** A counter of wrong passwords is forgotten a day after its last use. */
export const LOCK_MEMORY_HOURS = 24;

/** A browser that nobody has used for two years identifies nothing in any dispute that can still arrive. */
export const DEVICE_MEMORY_DAYS = 730;

/** The number of rows that were removed. */
type SweptAuth = Record<'browserSessions' | 'limits' | 'locks' | 'devices' | 'challenges', number>;

/**
 * Removes expired browser sessions, rate limit counters, old locks, challenges of passkeys, and browsers not
 * seen for two years. Returns a summary for the job list.
 */
export async function sweepAuth(db: Knex, context: RequestContext): Promise<SweptAuth> {
  const browserSessions = await db('browser_sessions').where('expire', '<', context.at).delete();
  const limits = await db('rate_limits').where('expire', '<', context.at.getTime()).delete();
  const locks = await db('login_locks')
    .where('updated_at', '<', hoursBefore(context.at, LOCK_MEMORY_HOURS))
    .delete();
  const devices = await db('known_devices')
    .where('last_used_at', '<', hoursBefore(context.at, DEVICE_MEMORY_DAYS * 24))
    .delete();
  const challenges = await db('passkey_challenges').where('expires_at', '<', context.at).delete();
  return { browserSessions, limits, locks, devices, challenges };
}

function hoursBefore(at: Date, hours: number): Date {
  return new Date(at.getTime() - hours * HOUR_MS);
}
