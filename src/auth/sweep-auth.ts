import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';

/** A counter of wrong passwords is forgotten a day after its last use. */
const LOCK_MEMORY_HOURS = 24;

/** Removes what has expired: browser sessions, rate limit counters, old locks. Returns a summary for the job list. */
export async function sweepAuth(db: Knex, context: RequestContext): Promise<string> {
  const sessions = await db('browser_sessions').where('expire', '<', context.at).delete();
  const limits = await db('rate_limits').where('expire', '<', context.at.getTime()).delete();
  const before = new Date(context.at.getTime() - LOCK_MEMORY_HOURS * 3_600_000);
  const locks = await db('login_locks').where('updated_at', '<', before).delete();
  return `${String(sessions)} browser sessions, ${String(limits)} limits, ${String(locks)} locks removed`;
}
