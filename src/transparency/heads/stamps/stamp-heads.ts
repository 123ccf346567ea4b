import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { StampConfig } from './obtain-stamp.ts';
import { retryStamps } from './retry-stamps.ts';
import { stampPlatformLog } from './stamp-platform-log.ts';

/**
 * The scheduled work of time stamps: the platform's log once a day, and packages without one again. Nothing
 * where no authority is set.
 */
export async function stampHeads(
  db: Knex,
  context: RequestContext,
  { config }: { config: StampConfig },
): Promise<{ noAuthority: true } | { stamped: number; failed: number }> {
  if (config.stamps.authorities.length === 0) return { noAuthority: true };
  const outcome = await stampPlatformLog(db, context, { config });
  const done = await retryStamps(db, context, { config });
  return {
    stamped: done.stamped + (outcome === 'stamped' ? 1 : 0),
    failed: done.failed + (outcome === 'failed' ? 1 : 0),
  };
}
