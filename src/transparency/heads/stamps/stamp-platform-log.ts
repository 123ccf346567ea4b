import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import type { RequestContext } from '../../../audit/request-context.ts';
import { findHead } from '../../queries.ts';
import { obtainStamp, type StampConfig } from './obtain-stamp.ts';
import { findNewestStamp, findPlatformTries } from './queries.ts';
import { isDue } from './retry-pauses.ts';

/**
 * Has the newest checkpoint of the platform's log stamped, once on each day (UTC) that brings a new one: the
 * whole note with its signatures, so that the stamp also shows that they were made by then. The leaves of
 * that log hold the checkpoints of all companies.
 */
export async function stampPlatformLog(
  db: Knex,
  context: RequestContext,
  { config }: { config: StampConfig },
): Promise<'stamped' | 'failed' | 'nothing-due'> {
  const newest = (await findHead(db, null))?.newest;
  if (newest === undefined) return 'nothing-due';
  const last = await findNewestStamp(db);
  const isOfToday = last !== undefined && dayOf(last.asked_at) === dayOf(context.at);
  if (isOfToday || last?.checkpoint === newest.note) return 'nothing-due';
  if (!isDue(await findPlatformTries(db), context.at)) return 'nothing-due';
  const digest = createHash('sha256').update(newest.note).digest();
  return obtainStamp(db, context, {
    ...{ subject: 'platform_checkpoint', checkpoint: newest.note, digest, config },
  });
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
