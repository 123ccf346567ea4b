import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { StampConfig } from './obtain-stamp.ts';
import { retryStamps } from './retry-stamps.ts';

/** The scheduled work of time stamps. Nothing where no authority is set. */
export async function stampHeads(
  db: Knex,
  context: RequestContext,
  { config }: { config: StampConfig },
): Promise<{ noAuthority: true } | { stamped: number; failed: number }> {
  if (config.stamps.authorities.length === 0) return { noAuthority: true };
  return retryStamps(db, context, { config });
}
