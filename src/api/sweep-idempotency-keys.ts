import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';

/** Removes the keys of old requests. Returns a summary for the job list. */
export async function sweepIdempotencyKeys(db: Knex, context: RequestContext): Promise<{ keys: number }> {
  const keys = await db('api_idempotency_keys').where('expires_at', '<=', context.at).delete();
  return { keys };
}
